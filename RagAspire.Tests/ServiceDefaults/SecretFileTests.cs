using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.ServiceDefaults;

public sealed class SecretFileTests
{
    [Fact]
    public async Task A_mounted_secret_is_the_setting_that_its_file_is_named_after()
    {
        using var secrets = TestDirectory.Create("secrets");
        await File.WriteAllTextAsync(
            Path.Combine(secrets.Path, "ConnectionStrings__cache"), "redis:6379,password=x\n", TestContext.Current.CancellationToken);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["RAGASPIRE_SECRETS"] = secrets.Path });

        builder.AddServiceDefaults();

        Assert.Equal("redis:6379,password=x", builder.Configuration.GetConnectionString("cache"));
    }
}
