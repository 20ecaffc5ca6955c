using RagAspire.Diagnosis.Ingestion;
using RagAspire.Diagnosis.Jobs;
using RagAspire.Diagnosis.Memory;
using RagAspire.Diagnosis.Operations;
using RagAspire.Tests.Diagnosis.Postgres;

namespace RagAspire.Tests.Diagnosis.Patterns;

/// <summary>Troubles of which the database holds the trace: of jobs, documents, backups, certificates and memory.</summary>
internal sealed class StoredPatterns(OwnCluster cluster)
{
    private const string WithoutDocuments = "delete from documents where name = 'pattern'";
    private const string WithoutBackups = "delete from backups";

    public IEnumerable<Pattern> All() => [.. Jobs(), .. Ingestion(), .. Operations()];

    /// <summary>The entry of a worker that reports.</summary>
    public Task RegisterWorkerAsync() => cluster.ExecuteAsync(
        "insert into hangfire.server (id, data, lastheartbeat) values ('worker', '{}', now() + interval '1 day')");

    private IEnumerable<Pattern> Jobs() =>
    [
        Sql("jobs", JobCodes.NoServer,
            "update hangfire.server set lastheartbeat = now() - interval '1 h'",
            "update hangfire.server set lastheartbeat = now() + interval '1 day'"),
        Sql("jobs", JobCodes.QueueLong,
            """
            with job as (
                insert into hangfire.job (statename, invocationdata, arguments, createdat)
                select 'Enqueued', '{"Type": "Some.Job, Some"}', '[]', now() from generate_series(1, 8) returning id)
            insert into hangfire.jobqueue (jobid, queue) select id, 'ingestion' from job
            """,
            "delete from hangfire.jobqueue"),
        Sql("jobs", JobCodes.Failing,
            """
            with job as (
                insert into hangfire.job (statename, invocationdata, arguments, createdat)
                select 'Failed', '{"Type": "Some.Job, Some"}', '[]', now() from generate_series(1, 4) returning id)
            insert into hangfire.state (jobid, name, createdat, data)
            select id, 'Failed', now(), '{"ExceptionMessage": "The store is away."}' from job
            """,
            "delete from hangfire.state where name = 'Failed'"),
        Sql("jobs", JobCodes.Overdue,
            """
            insert into maintenance_schedules (task, cron, time_zone, time_limit, alert_after, retries, enabled, first_stored_at)
            values ('pattern', '0 3 * * *', 'UTC', '1 h', '2 h', 0, true, now() - interval '3 h')
            """,
            "delete from maintenance_schedules where task = 'pattern'"),
        Sql("jobs", JobCodes.Stuck,
            """
            insert into maintenance_runs (id, task, actor, status, worker, started_at, heartbeat_at)
            values (gen_random_uuid(), 'pattern', 'test', 'running', 'w', now() - interval '1 h', now() - interval '30 min')
            """,
            "delete from maintenance_runs where task = 'pattern'"),
    ];

    private IEnumerable<Pattern> Ingestion() =>
    [
        Sql("ingestion", IngestionCodes.Waiting, Documents(1, "'pending', 0, null", "1 h"), WithoutDocuments),
        Sql("ingestion", IngestionCodes.Failing, Documents(4, "'failed', 1, null", "1 s"), WithoutDocuments),
        Sql("ingestion", IngestionCodes.Poison, Documents(1, "'processing', 4, now() + interval '1 h'", "1 s"), WithoutDocuments),
    ];

    private IEnumerable<Pattern> Operations() =>
    [
        Sql("operations", OperationCodes.BackupOld, Backup("complete", "5 days"), WithoutBackups),
        Sql("operations", OperationCodes.BackupDamaged, Backup("damaged", "1 day"), WithoutBackups),
        Sql("operations", OperationCodes.BackupUntrusted, Backup("untrusted", "1 day"), WithoutBackups),
        Sql("operations", OperationCodes.Expired,
            """
            insert into kept_figures (name, labels, value)
            values ('certificates', '{"certificate": "old.pem"}', extract(epoch from now() - interval '1 day'))
            """,
            "delete from kept_figures where labels->>'certificate' = 'old.pem'"),
        Sql("memory", MemoryFindings.WorkingSet,
            """
            insert into memory_samples (service, instance, at, started_at, working_set)
            select 'leaking', 'one', now() - i * interval '30 s', now() - interval '2 days', (500 - i) * 1000000
            from generate_series(1, 100) i
            """,
            "delete from memory_samples where service = 'leaking'"),
    ];

    private Pattern Sql(string area, string code, string cause, string undo) =>
        new(area, code, () => cluster.ExecuteAsync(cause), () => cluster.ExecuteAsync(undo));

    private static string Documents(int count, string state, string age) => $"""
        with document as (
            insert into documents (id, collection, name, content_type, size_bytes, sha256, status, attempts, claimed_until)
            select gen_random_uuid(), 'default', 'pattern', 'text/plain', 1, decode(lpad(i::text, 2, '0'), 'hex'), {state}
            from generate_series(1, {count}) i returning id)
        insert into document_contents (document_id, version, created_at) select id, 1, now() - interval '{age}' from document
        """;

    private static string Backup(string status, string age) => $"""
        insert into backups (id, status, created_at, place, actor, signing_key)
        values ('pattern', '{status}', now() - interval '{age}', 'p', 'a', 'key')
        """;
}
