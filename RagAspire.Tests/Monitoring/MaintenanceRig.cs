using Npgsql;
using RagAspire.Tests.Maintenance;

namespace RagAspire.Tests.Monitoring;

/// <summary>The nightly maintenance of a system, and typical failures.</summary>
internal static class MaintenanceRig
{
    private static readonly string[] Nightly = ["metrics", "certificates", "backup", "restore-drill", "source-sync"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task RunAsync(WatchedParts parts)
    {
        foreach (var task in Nightly)
        {
            var run = await RunClient.RunAsync(parts.System.Client, task);
            Assert.True(run["status"]!.GetValue<string>() == "succeeded", run.ToJsonString());
        }

        await FailAsync(parts);
        await GiveUpAsync(parts);
    }

    /// <summary>Fails a job of the worker: PostgreSQL refuses its command. An alert fires for it.</summary>
    public static async Task FailAsync(WatchedParts parts)
    {
        await using var database = NpgsqlDataSource.Create(parts.Postgres.ConnectionString);
        await ExecuteAsync("alter table golden_sets rename to golden_sets_away");
        try
        {
            var run = await RunClient.RunAsync(parts.System.Client, "retrieval-evaluation");
            Assert.True(run["status"]!.GetValue<string>() == "failed", run.ToJsonString());
        }
        finally
        {
            await ExecuteAsync("alter table golden_sets_away rename to golden_sets");
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = database.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Cancelled);
        }
    }

    /// <summary>A client cancels its request, and the API cancels its command.</summary>
    private static async Task GiveUpAsync(WatchedParts parts)
    {
        await using var connection = new NpgsqlConnection(parts.Postgres.ConnectionString);
        await connection.OpenAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var command = new NpgsqlCommand("lock table golden_sets in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync(Cancelled);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        timeout.CancelAfter(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            parts.System.Client.Http.GetAsync("/api/v1/operations/golden-sets/default", timeout.Token));
        await transaction.RollbackAsync(Cancelled);
    }
}
