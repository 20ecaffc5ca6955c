using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RagAspire.Api;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Security;
using RagAspire.TestSupport.Disks;

namespace RagAspire.Tests.Api;

public sealed class DatabaseDiskTests
{
    private const int Port = 5499;

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("POST", Scopes.Write, 507)]
    [InlineData("PATCH", Scopes.Write, 507)]
    [InlineData("DELETE", Scopes.Write, 507)]
    [InlineData("POST", Scopes.Keys, 507)]
    [InlineData("GET", Scopes.Keys, 503)]
    [InlineData("POST", Scopes.Read, 503)]
    [InlineData("GET", Scopes.Read, 503)]
    public void A_call_to_a_server_that_said_its_disk_is_full_and_stopped_names_the_disk(string method, string scope, int status)
    {
        var disk = new DatabaseDisk(Location(dataDirectory: null), _time);

        Assert.Equal(507, Status(disk, new PostgresException("could not extend file", "ERROR", "ERROR", PostgresErrorCodes.DiskFull)));
        Assert.Equal(status, Status(disk, new NpgsqlException("away"), method, scope));
        Assert.Equal(503, Status(disk, new OperationCanceledException(), method, scope));
    }

    [Fact]
    public void After_a_minute_a_server_may_be_away_for_another_reason()
    {
        var disk = new DatabaseDisk(Location(dataDirectory: null), _time);
        Assert.Equal(503, Status(disk, new NpgsqlException("away")));
        Status(disk, new PostgresException("could not extend file", "ERROR", "ERROR", PostgresErrorCodes.DiskFull));

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(503, Status(disk, new NpgsqlException("away")));
    }

    [Fact]
    public void The_disk_of_a_cluster_on_this_machine_is_asked()
    {
        Assert.SkipUnless(SmallDisk.CanMount, "Mounting a file system needs root on Linux.");
        using var small = SmallDisk.Mount(megabytes: 24);
        var cluster = Directory.CreateDirectory(Path.Combine(small.Path, "postgres")).FullName;
        File.WriteAllText(Path.Combine(cluster, "ragaspire.conf"), $"port = {Port}\n");
        var disk = new DatabaseDisk(Location(small.Path), _time);
        Assert.Equal(503, Status(disk, new NpgsqlException("away")));

        small.Fill();

        Assert.Equal(507, Status(disk, new NpgsqlException("away")));
    }

    private static PostgresLocation Location(string? dataDirectory) => new(
        new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("ConnectionStrings:ragdb", $"Host=127.0.0.1;Port={Port};Username=x;Database=x"),
            new("RAGASPIRE_DATA", dataDirectory),
        ]).Build(),
        Options.Create(new PostgresDiagnosisOptions()));

    private static int? Status(DatabaseDisk disk, Exception exception, string method = "POST", string scope = Scopes.Write)
    {
        var context = new DefaultHttpContext { Request = { Method = method } };
        context.Features.Set<IExceptionHandlerFeature>(new ExceptionHandlerFeature
        {
            Error = exception,
            Path = "/",
            Endpoint = new Endpoint(null, new EndpointMetadataCollection(new AuthorizeAttribute(scope)), null),
        });
        var problem = new ProblemDetails { Status = exception is PostgresException ? 507 : 503 };
        return disk.Explain(problem, exception, context).Status;
    }
}
