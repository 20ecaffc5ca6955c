using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>What maintenance wants of every process that has an index of its own.</summary>
/// <param name="Action">reconcile, rebuild or compact.</param>
public sealed record ReplicaCommand(Guid RunId, string Action, bool DryRun);

/// <summary>What one process made of an order.</summary>
public sealed record ReplicaCommandResult(Guid ReplicaId, string Name, TaskReport? Report, string? Error);

/// <summary>A process that has an index of its own.</summary>
public sealed record IndexReplicaRow(Guid Id, string Name);

/// <summary>
/// Orders to the processes that have an index each, and their answers, as rows: who starts late or falls silent keeps
/// nobody waiting, because it fills its index from PostgreSQL when it starts.
/// </summary>
public sealed class ReplicaCommands(NpgsqlDataSource dataSource)
{
    /// <summary>Replicas say that they are there this often, and count as gone when they have not for five times as long.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    public async Task AnnounceAsync(IndexReplicaRow replica, string index, long points, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            insert into index_replicas (id, name, index_name, points) values ($1, $2, $3, $4)
            on conflict (id) do update set points = excluded.points, seen_at = now()
            """, replica.Id, replica.Name, index, points).ExecuteAsync(cancellationToken);

    public async Task LeaveAsync(Guid replicaId, CancellationToken cancellationToken) =>
        await dataSource.Command("delete from index_replicas where id = $1", replicaId).ExecuteAsync(cancellationToken);

    public async Task<IReadOnlyList<IndexReplicaRow>> PresentAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("select id, name from index_replicas where seen_at > now() - $1::interval order by name", Beat * 5)
            .ListAsync(row => new IndexReplicaRow(row.GetGuid(0), row.GetString(1)), cancellationToken);

    public async Task OrderAsync(ReplicaCommand order, CancellationToken cancellationToken) =>
        await dataSource.Command("insert into index_orders (run_id, action, dry_run) values ($1, $2, $3)", order.RunId, order.Action, order.DryRun)
            .ExecuteAsync(cancellationToken);

    /// <summary>An order of a run that still goes on and that this replica has not answered.</summary>
    public async Task<ReplicaCommand?> OpenAsync(Guid replicaId, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select o.run_id, o.action, o.dry_run from index_orders o join maintenance_runs r on r.id = o.run_id
            where r.status = 'running' and r.cancel_requested_by is null
              and not exists (select from index_order_results d where d.run_id = o.run_id and d.replica_id = $1)
            order by o.ordered_at limit 1
            """, replicaId).FirstAsync(row => new ReplicaCommand(row.GetGuid(0), row.GetString(1), row.GetBoolean(2)), cancellationToken);

    public async Task AnswerAsync(ReplicaCommand order, ReplicaCommandResult result, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            insert into index_order_results (run_id, replica_id, name, report, error) values ($1, $2, $3, $4, $5::text)
            on conflict do nothing
            """,
            order.RunId,
            result.ReplicaId,
            result.Name,
            new NpgsqlParameter
            {
                Value = result.Report is null ? DBNull.Value : JsonSerializer.Serialize(result.Report, MaintenanceRun.ReportJson),
                NpgsqlDbType = NpgsqlDbType.Jsonb,
            },
            result.Error).ExecuteAsync(cancellationToken);

    public async Task<IReadOnlyList<ReplicaCommandResult>> AnswersAsync(Guid runId, CancellationToken cancellationToken) =>
        await dataSource.Command("select replica_id, name, report, error from index_order_results where run_id = $1 order by name", runId)
            .ListAsync(
                row => new ReplicaCommandResult(
                    row.GetGuid(0),
                    row.GetString(1),
                    row.Nullable<string>("report") is { } report ? JsonSerializer.Deserialize<TaskReport>(report, MaintenanceRun.ReportJson) : null,
                    row.Nullable<string>("error")),
                cancellationToken);
}
