using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using RagAspire.Database;
using RagAspire.Security.KeyRing;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Security;

/// <summary>The keys that replicas share, in hosts that have nothing in common but their database.</summary>
public sealed class KeyRingTests(Stores stores)
{
    private const string Keys = "select string_agg(xml, '') from data_protection_keys";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("a secret with more than 32 characters")]
    public async Task What_one_replica_signs_the_others_accept_whoever_made_the_first_key(string? secret)
    {
        await using var first = await HostAsync(secret);
        await using var second = await HostAsync(secret, first);

        // Both find no key and make one at the same time.
        var signed = await Task.WhenAll(
            Task.Run(() => Protector(first).Protect("first"), Token), Task.Run(() => Protector(second).Protect("second"), Token));

        await using var later = await HostAsync(secret, first);
        foreach (var replica in new[] { first, second, later })
        {
            Assert.Equal(["first", "second"], signed.Select(Protector(replica).Unprotect));
        }

        var stored = await first.Get<NpgsqlDataSource>().Command(Keys).ScalarAsync<string>(Token);
        Assert.Equal(secret is null, stored!.Contains("<masterKey", StringComparison.Ordinal));
        Assert.Equal(secret is not null, stored.Contains("<encryptedSecret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("another secret of more than 32 characters")]
    [InlineData(null)]
    public async Task Without_the_secret_the_keys_are_useless_and_new_ones_are_made(string? other)
    {
        await using var before = await HostAsync("a secret with more than 32 characters");
        var signed = Protector(before).Protect("form");

        await using var after = await HostAsync(other, before);

        Assert.Equal("new", Protector(after).Unprotect(Protector(after).Protect("new")));
        Assert.ThrowsAny<CryptographicException>(() => Protector(after).Unprotect(signed));
    }

    [Fact]
    public async Task Nothing_reads_the_keys_before_the_database_is_migrated()
    {
        await using var core = await HostAsync(null);

        Assert.DoesNotContain(core.Services.GetServices<IHostedService>(), service => service.GetType().FullName!.Contains("DataProtection"));
    }

    private static IDataProtector Protector(CoreServices replica) =>
        replica.Get<IDataProtectionProvider>().CreateProtector("forms");

    private Task<CoreServices> HostAsync(string? secret, CoreServices? beside = null) => CoreServices.CreateAsync(
        stores,
        beside?.Get<IConfiguration>()["ConnectionStrings:ragdb"],
        new Dictionary<string, string?> { ["KeyRing:Secret"] = secret },
        services => services.AddKeyRing());
}
