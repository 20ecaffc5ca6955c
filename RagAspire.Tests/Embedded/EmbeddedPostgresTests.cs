using System.Diagnostics;
using Npgsql;
using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Embedded;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly TestDirectory _data = TestDirectory.Create("embedded");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Data_survives_a_restart_and_the_password_is_kept_for_its_owner_only()
    {
        await using (var first = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation))
        {
            await QueryAsync(first.ConnectionString, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");
        }

        await using var second = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation);

        Assert.Equal(42, await QueryAsync(second.ConnectionString, "SELECT n FROM kept"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(_data.Path, "postgres-password")));
        }
    }

    [Fact]
    public async Task It_listens_on_loopback_only_and_refuses_a_wrong_password()
    {
        await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation);
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "guess", Pooling = false };

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync(wrong.ConnectionString, "SELECT 1"));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
        Assert.Equal("127.0.0.1", await QueryAsync(server.ConnectionString, "SHOW listen_addresses"));
        Assert.Equal("", await QueryAsync(server.ConnectionString, "SHOW unix_socket_directories"));
        Assert.Equal("off", await QueryAsync(server.ConnectionString, "SHOW jit"));
        Assert.Equal("200", await QueryAsync(server.ConnectionString, "SHOW max_connections"));
    }

    /// <summary>A script that started this process through a pipe would wait for the server.</summary>
    [Fact]
    public async Task It_holds_nothing_open_that_its_owner_was_started_with()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows what a process holds open.");
        var file = Path.Combine(_data.Path, "inherited");
        await File.WriteAllTextAsync(file, "", Cancellation);
        var inherited = CLibrary.Open(file, flags: 0);
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation);

            Assert.Contains(file, HeldBy(Environment.ProcessId));
            Assert.DoesNotContain(file, HeldBy(server.ProcessId!.Value));
        }
        finally
        {
            CLibrary.Close(inherited);
        }
    }

    [Fact]
    public async Task A_server_that_a_killed_owner_left_is_ended_and_its_data_is_there()
    {
        var orphan = await LeaveOrphanAsync();
        Assert.True(orphan.IsRunning(TimeSpan.FromMinutes(1), "postgres"));

        await using var next = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation);

        Assert.NotEqual(orphan.ProcessId, next.ProcessId);
        Assert.False(orphan.IsRunning(TimeSpan.FromMinutes(1), "postgres"));
        Assert.Equal(7, await QueryAsync(next.ConnectionString, "SELECT n FROM left_over"));
    }

    [Fact]
    public async Task A_server_that_was_killed_starts_again_with_what_was_committed()
    {
        await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation);
        await QueryAsync(server.ConnectionString, "CREATE TABLE committed (n int); INSERT INTO committed VALUES (3)");
        using (var process = Process.GetProcessById(server.ProcessId!.Value))
        {
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }

        NpgsqlConnection.ClearAllPools();
        Assert.Null(server.ProcessId);
        await server.StartAsync(Cancellation);

        Assert.Equal(3, await QueryAsync(server.ConnectionString, "SELECT n FROM committed"));
    }

    [Fact]
    public async Task A_second_owner_of_the_same_directory_is_refused_and_the_first_goes_on()
    {
        await using var first = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation);

        var refusal = await Assert.ThrowsAsync<EmbeddedStoreException>(
            () => EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation));

        Assert.Contains("in use by another process", refusal.Message);
        Assert.Equal(1, await QueryAsync(first.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_busy_port_is_named()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        var refusal = await Assert.ThrowsAsync<EmbeddedStoreException>(
            () => EmbeddedPostgres.StartAsync(Options() with { Port = port }, cancellationToken: Cancellation));

        Assert.Contains($"Port {port}", refusal.Message);
    }

    [Fact]
    public async Task Without_binaries_the_error_names_the_three_ways_out()
    {
        var refusal = await Assert.ThrowsAsync<EmbeddedStoreException>(() => EmbeddedPostgres.StartAsync(
            Options() with { BinaryDirectories = [_data.Path] }, cancellationToken: Cancellation));

        Assert.Contains("install PostgreSQL", refusal.Message);
        Assert.Contains("container runtime", refusal.Message);
        Assert.Contains("ConnectionStrings__ragdb", refusal.Message);
    }

    [Fact]
    public async Task A_cluster_of_another_major_version_is_left_alone_with_a_clear_error()
    {
        Directory.CreateDirectory(Path.Combine(_data.Path, "postgres"));
        await File.WriteAllTextAsync(Path.Combine(_data.Path, "postgres", "PG_VERSION"), "9\n", Cancellation);

        var refusal = await Assert.ThrowsAsync<EmbeddedStoreException>(
            () => EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation));

        Assert.Contains("made by PostgreSQL 9", refusal.Message);
    }

    [Fact]
    public async Task A_first_start_that_was_killed_half_way_does_not_spoil_the_next()
    {
        Directory.CreateDirectory(Path.Combine(_data.Path, "postgres.new", "base"));
        await File.WriteAllTextAsync(Path.Combine(_data.Path, "postgres.new", "PG_VERSION"), "15\n", Cancellation);

        await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation);

        Assert.Equal(1, await QueryAsync(server.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_stale_process_id_that_another_program_has_by_now_is_not_touched()
    {
        await using (await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation))
        {
        }

        using var bystander = Process.Start(new ProcessStartInfo("sleep", "60"))!;
        try
        {
            await File.WriteAllLinesAsync(
                Path.Combine(_data.Path, "postgres", "postmaster.pid"),
                [$"{bystander.Id}", Path.Combine(_data.Path, "postgres"), "1700000000", "5432", "", "127.0.0.1", "", "ready"],
                Cancellation);

            await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation);

            Assert.Equal(1, await QueryAsync(server.ConnectionString, "SELECT 1"));
            Assert.False(bystander.HasExited);
        }
        finally
        {
            bystander.Kill();
        }
    }

    private static IEnumerable<string?> HeldBy(int processId) => Directory.GetFiles($"/proc/{processId}/fd")
        .Select(entry => new FileInfo(entry).LinkTarget);

    private PostgresOptions Options() => new() { DataDirectory = _data.Path, Durable = false, SharedBuffersMegabytes = 32 };

    private async Task<ProcessIdentity> LeaveOrphanAsync()
    {
        var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Cancellation);
        await QueryAsync(server.ConnectionString, "CREATE TABLE left_over (n int); INSERT INTO left_over VALUES (7)");
        using var process = Process.GetProcessById(server.ProcessId!.Value);
        server.Detach();
        return ProcessIdentity.Of(process)!;
    }

    private static async Task<object?> QueryAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
