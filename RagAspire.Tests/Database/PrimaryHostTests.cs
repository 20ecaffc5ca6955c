using Npgsql;
using RagAspire.AppHost.Monitoring;
using RagAspire.Database;

namespace RagAspire.Tests.Database;

/// <summary>Connection strings that name a primary and its standbys.</summary>
public sealed class PrimaryHostTests
{
    [Theory]
    [InlineData("Host=db;Port=5433", "db:5433")]
    [InlineData("Host=db:5434;Port=5433", "db:5434")]
    [InlineData("Host=a:1, b", "a:1 b:5432")]
    [InlineData("Host=[::1]:1,::1;Port=2", "::1:1 ::1:2")]
    [InlineData("Host=/var/run/postgresql", "/var/run/postgresql:5432")]
    public void Hosts_have_their_own_port_or_the_common_one(string connectionString, string expected) => Assert.Equal(
        expected,
        string.Join(' ', new NpgsqlConnectionStringBuilder(connectionString).Hosts().Select(host => $"{host.Name}:{host.Port}")));

    [Theory]
    [InlineData("Host=a,b", "primary", 5)]
    [InlineData("Host=a,b;Target Session Attributes=any;Host Recheck Seconds=20", "primary", 20)]
    [InlineData("Host=a;Target Session Attributes=primary", null, 10)]
    public void Only_several_hosts_are_asked_which_is_the_primary(string connectionString, string? attributes, int recheck)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString).ToPrimary();

        Assert.Equal((attributes, recheck), (connection.TargetSessionAttributes, connection.HostRecheckSeconds));
    }

    [Fact]
    public void The_exporter_watches_the_first_of_several() => Assert.Contains(
        "@a:1/ragdb?", ExporterEnvironment.Postgres("Host=a:1,b:2;Database=ragdb")["DATA_SOURCE_NAME"], StringComparison.Ordinal);
}
