using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>The kinds of maintenance of an in-process index.</summary>
public enum ReplicaAction
{
    /// <summary>Adds missing points and removes foreign ones.</summary>
    Reconcile,

    /// <summary>Writes every point again.</summary>
    Rebuild,

    /// <summary>Frees the memory of removed points.</summary>
    Compact,
}

/// <summary>A command of a run to every process with an in-process index.</summary>
public sealed record ReplicaCommand(Guid RunId, ReplicaAction Action, bool DryRun);

/// <summary>The result of a command in one process.</summary>
/// <param name="Error">Why the command failed; null when there is a report.</param>
public sealed record ReplicaCommandResult(Guid ReplicaId, string Name, TaskReport? Report, string? Error);

/// <summary>A process with an in-process index.</summary>
public sealed record IndexReplicaRow(Guid Id, string Name);

/// <summary>
/// Commands to the processes with an in-process index, and their results, as rows. A process that starts later or dies is not
/// waited for, because each fills its index from PostgreSQL when it starts.
/// </summary>
public sealed class ReplicaCommands(NpgsqlDataSource dataSource)
{
    /// <summary>The interval of announcements. One that is five intervals old has expired: its process counts as gone.</summary>
    public static readonly TimeSpan AnnounceInterval = TimeSpan.FromSeconds(2);

    public async Task AnnounceAsync(IndexReplicaRow replica, string index, long points, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            insert into index_replicas (id, name, index_name, points) values ($1, $2, $3, $4)
            on conflict (id) do update set points = excluded.points, seen_at = now()
            """, replica.Id, replica.Name, index, points).ExecuteAsync(cancellationToken);

    public async Task WithdrawAsync(Guid replicaId, CancellationToken cancellationToken) =>
        await dataSource.Command("delete from index_replicas where id = $1", replicaId).ExecuteAsync(cancellationToken);

    /// <summary>The processes whose announcement has not expired.</summary>
    public async Task<IReadOnlyList<IndexReplicaRow>> PresentAsync(CancellationToken cancellationToken) =>
        await dataSource.Command(
            "select id, name from index_replicas where seen_at > now() - $1::interval order by name", AnnounceInterval * 5)
            .ListAsync(row => new IndexReplicaRow(row.GetGuid(0), row.GetString(1)), cancellationToken);

    public async Task SendAsync(ReplicaCommand command, CancellationToken cancellationToken) =>
        await dataSource.Command(
            "insert into index_orders (run_id, action, dry_run) values ($1, $2, $3)",
            command.RunId, command.Action.Word(), command.DryRun).ExecuteAsync(cancellationToken);

    /// <summary>The oldest command of a run in progress without a result of this replica.</summary>
    public async Task<ReplicaCommand?> NextAsync(Guid replicaId, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select o.run_id, o.action, o.dry_run from index_orders o join maintenance_runs r on r.id = o.run_id
            where r.status = 'running' and r.cancel_requested_by is null
              and not exists (select from index_order_results d where d.run_id = o.run_id and d.replica_id = $1)
            order by o.ordered_at limit 1
            """, replicaId).FirstAsync(Read, cancellationToken);

    public async Task CompleteAsync(ReplicaCommand command, ReplicaCommandResult result, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            insert into index_order_results (run_id, replica_id, name, report, error) values ($1, $2, $3, $4, $5::text)
            on conflict do nothing
            """, command.RunId, result.ReplicaId, result.Name, ReportJson.Parameter(result.Report), result.Error)
            .ExecuteAsync(cancellationToken);

    public async Task<IReadOnlyList<ReplicaCommandResult>> ResultsAsync(Guid runId, CancellationToken cancellationToken) =>
        await dataSource.Command(
            "select replica_id, name, report, error from index_order_results where run_id = $1 order by name", runId)
            .ListAsync(ReadResult, cancellationToken);

    private static ReplicaCommandResult ReadResult(NpgsqlDataReader row) =>
        new(row.GetGuid(0), row.GetString(1), ReportJson.Read(row), row.Nullable<string>("error"));

    private static ReplicaCommand Read(NpgsqlDataReader row) =>
        new(row.GetGuid(0), EnumWords.Read<ReplicaAction>(row.GetString(1)), row.GetBoolean(2));
}
