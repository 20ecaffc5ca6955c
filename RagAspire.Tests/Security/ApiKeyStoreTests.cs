using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RagAspire.Database;
using RagAspire.Security;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Security;

public sealed class ApiKeyStoreTests(Stores stores)
{
    private static readonly Caller Admin = new("admin", "admin", [Scopes.Admin], null);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_any_key_everything_is_closed()
    {
        await using var core = await CoreServices.CreateAsync(stores);

        Assert.All(
            new[] { "", "rag", "rag_0123456789abcdef_", "rag_0123456789abcdef_secret", "Bearer", "' or 1=1 --" },
            key => Assert.Null(core.Get<ApiKeyStore>().AuthenticateAsync(key, Token).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task A_key_is_known_by_itself_alone_and_its_secret_is_nowhere_in_the_database()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var keys = core.Get<ApiKeyStore>();
        for (var i = 0; i < 50; i++)
        {
            var (key, secret) = await keys.CreateAsync($"key {i}", [Scopes.Read], ["mine"], null, null, "test", Token);
            var caller = (await keys.AuthenticateAsync(secret, Token))!;
            Assert.Equal(($"key {i}", true, false), (caller.Name, caller.MayUse("mine"), caller.MayUse("default")));
            Assert.Null(await keys.AuthenticateAsync(secret[..^1], Token));
            Assert.Null(await keys.AuthenticateAsync(secret + "x", Token));
            Assert.Equal(0, await core.Get<NpgsqlDataSource>().Command(
                "select count(*) from api_keys k, audit_logs a where k::text like '%' || $1 || '%' or a::text like '%' || $1 || '%'",
                secret.Split('_')[2]).ScalarAsync<long>(Token));
            Assert.Contains((await core.Get<AuditLog>().ListAsync(Admin, null, 1, Token)).Items, entry => entry.Action == "api-key.create" && entry.Subject == key.Id);
        }
    }

    [Fact]
    public async Task A_revoked_key_is_none()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var keys = core.Get<ApiKeyStore>();
        var (key, secret) = await keys.CreateAsync("short-lived", [Scopes.Read], null, null, null, "test", Token);
        Assert.NotNull(await keys.AuthenticateAsync(secret, Token));

        Assert.True(await keys.RevokeAsync(key.Id, "test", Token));

        Assert.Null(await keys.AuthenticateAsync(secret, Token));
        Assert.False(await keys.RevokeAsync(key.Id, "test", Token));
    }

    /// <summary>The key is put into the table behind the store's back, so only a query could find it.</summary>
    [Fact]
    public async Task An_id_that_is_no_key_is_not_looked_up_again_for_ten_seconds()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var one = await CoreServices.CreateAsync(stores);
        await using var other = await CoreServices.CreateAsync(
            stores, one.Get<IConfiguration>()["ConnectionStrings:ragdb"], null, services => services.AddSingleton<TimeProvider>(time));
        var database = one.Get<NpgsqlDataSource>();
        var (key, secret) = await one.Get<ApiKeyStore>().CreateAsync("late", [Scopes.Read], null, null, null, "test", Token);
        await database.Command("create table hidden_keys as select * from api_keys").ExecuteAsync(Token);
        await database.Command("delete from api_keys").ExecuteAsync(Token);
        var keys = other.Get<ApiKeyStore>();
        Assert.Null(await keys.AuthenticateAsync(secret, Token));
        await database.Command("insert into api_keys select * from hidden_keys").ExecuteAsync(Token);

        Assert.Null(await keys.AuthenticateAsync(secret, Token));
        time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(key.Id, (await keys.AuthenticateAsync(secret, Token))!.Id);
    }
}
