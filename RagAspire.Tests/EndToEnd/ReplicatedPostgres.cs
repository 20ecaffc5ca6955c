using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Backups;
using RagAspire.Backups.Dumps;
using RagAspire.Embedded.Postgres;
using RagAspire.Tests.Diagnosis.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.EndToEnd;

/// <summary>
/// A primary and a standby that follows it by streaming replication. It is synchronous: what the primary has acknowledged, the
/// standby has too.
/// </summary>
internal sealed class ReplicatedPostgres : IAsyncDisposable
{
    public const string StandbyName = "standby";

    private const int MaxConnections = 150;

    private ReplicatedPostgres(OwnCluster primary, OwnCluster standby) => (Primary, Standby) = (primary, standby);

    public OwnCluster Primary { get; }

    public OwnCluster Standby { get; }

    /// <summary>The connection string that names both, the standby first, which is wrong for everything.</summary>
    public string Database => new NpgsqlConnectionStringBuilder(Primary.Database)
    {
        Host = $"127.0.0.1:{Standby.Server.Port},127.0.0.1:{Primary.Server.Port}",
    }.ConnectionString;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<ReplicatedPostgres> StartAsync()
    {
        // WAL of a server that is not durable cannot be streamed. Neither server waits for the disk, whatever it writes.
        var primary = await OwnCluster.StartAsync(MaxConnections, durable: true);
        try
        {
            await primary.ExecuteAsSuperuserAsync("alter system set fsync = off");
            await primary.ExecuteAsSuperuserAsync("select pg_reload_conf()");
            var servers = new ReplicatedPostgres(primary, await StartStandbyAsync(primary));
            await servers.MakeSynchronousAsync();
            return servers;
        }
        catch
        {
            await primary.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9; its backends end as soon as they notice.</summary>
    public async Task KillPrimaryAsync()
    {
        using var server = Process.GetProcessById(Primary.Server.ProcessId!.Value);
        server.Kill();
        await server.WaitForExitAsync(Token);
    }

    /// <summary>Makes the commits of the primary wait for this standby, from a moment later on.</summary>
    public async Task RequireAsync(string standby)
    {
        await Primary.ExecuteAsSuperuserAsync($"alter system set synchronous_standby_names = '{standby}'");
        await Primary.ExecuteAsSuperuserAsync("select pg_reload_conf()");
    }

    public Task PromoteStandbyAsync() => Standby.ExecuteAsSuperuserAsync("select pg_promote()");

    public async ValueTask DisposeAsync()
    {
        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
    }

    private static async Task<OwnCluster> StartStandbyAsync(OwnCluster primary)
    {
        var directory = TestDirectory.Create("standby");
        try
        {
            await CopyAsync(primary, directory.Path);
            return await OwnCluster.StartAsync(directory.Path, MaxConnections, durable: true, directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    private static async Task CopyAsync(OwnCluster primary, string directory)
    {
        var account = await PostgresAccount.ChooseAsync(Token);
        var major = PostgresTools.Major(await primary.ScalarAsync<string>("show server_version"));
        var tool = await new PostgresTools(Options.Create(new BackupOptions())).FindAsync("pg_basebackup", major, Token);
        await account.OwnAsync(directory, Token);
        using var reachable = await account.ReachAsync(directory, Token);
        var login = new NpgsqlConnectionStringBuilder(primary.Server.SuperuserConnectionStringFor("postgres"));
        var copied = await PostgresCommand.RunAsync(
            tool!.Path,
            [
                "-D", $"{reachable.Value}/postgres", "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
                "-d", $"host=127.0.0.1 port={login.Port} user={login.Username} password={login.Password} "
                    + $"application_name={StandbyName}",
            ],
            account.Name, TimeSpan.FromMinutes(2), Token);
        Assert.True(copied.IsSuccess, copied.Messages());
        foreach (var password in Directory.EnumerateFiles(primary.DataDirectory, "postgres-*"))
        {
            File.Copy(password, Path.Combine(directory, Path.GetFileName(password)));
        }
    }

    /// <summary>
    /// Only the primary waits for the other: the standby was copied before, so that it waits for none when it is promoted.
    /// </summary>
    private async Task MakeSynchronousAsync()
    {
        await RequireAsync(StandbyName);
        await Eventually.TrueAsync(
            () => Primary.ScalarAsync<bool>("select exists (select from pg_stat_replication where sync_state = 'sync')"),
            TimeSpan.FromMinutes(1), () => "The standby does not follow.", Token);
    }
}
