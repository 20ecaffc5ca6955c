using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Database;
using RagAspire.Security;

namespace RagAspire.Backups;

/// <summary>The table <c>backups</c>. Each change of a backup is also an entry in the audit log.</summary>
public sealed class BackupStore(NpgsqlDataSource dataSource, AuditLog audit, TimeProvider time)
{
    private const string Columns = """
        id, status, created_at, finished_at, place, method, encryption, size_bytes, actor, error, verified_at, drilled_at,
        drill_seconds, drill_error, signing_key
        """;

    /// <summary>Signed and without a known error.</summary>
    private const string Good = "status in ('complete', 'verified') and signing_key is not null";

    /// <summary>A page of backups, the newest first.</summary>
    /// <param name="before">The last id of the page before; null for the newest backups.</param>
    public async Task<Page<Backup>> ListAsync(string? before, int limit, CancellationToken cancellationToken) => Page.From(
        await dataSource.Command(
            $"select {Columns} from backups where $1::text is null or id < $1 order by id desc limit $2", before, limit + 1)
            .ListAsync(Read, cancellationToken),
        limit,
        backup => backup.Id);

    public async Task<Backup?> FindAsync(string id, CancellationToken cancellationToken) =>
        await dataSource.Command($"select {Columns} from backups where id = $1", id).FirstAsync(Read, cancellationToken);

    /// <summary>The newest signed backup without a known error; null without one.</summary>
    public async Task<Backup?> NewestGoodAsync(CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            select {Columns} from backups where {Good} order by id desc limit 1
            """)
            .FirstAsync(Read, cancellationToken);

    /// <summary>The backups whose files exist, the newest first.</summary>
    public async Task<IReadOnlyList<Backup>> PresentAsync(CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            select {Columns} from backups where status in ('complete', 'verified', 'damaged', 'untrusted') order by id desc
            """)
            .ListAsync(Read, cancellationToken);

    /// <summary>The ids of backups that are being written, or were when their process was killed.</summary>
    public async Task<IReadOnlyList<string>> RunningAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("select id from backups where status = 'running'")
            .ListAsync(row => row.GetString(0), cancellationToken);

    /// <summary>Adds a row for a backup that is about to be written.</summary>
    /// <returns>The id of the backup.</returns>
    public async Task<string> BeginAsync(
        string place, string method, string? encryption, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = BackupId.New(now);
        await dataSource.Command("""
            insert into backups (id, status, created_at, place, method, encryption, actor)
            values ($1, 'running', $2, $3, $4, $5::text, $6)
            """, id, now, place, method, encryption, actor).ExecuteAsync(cancellationToken);
        return id;
    }

    /// <summary>Records that a backup is complete, and adds its row where there is none.</summary>
    public Task CompletedAsync(BackupManifest manifest, string place, string actor, CancellationToken cancellationToken) =>
        ChangeAsync(
            connection => connection.Command("""
                insert into backups
                    (id, status, created_at, finished_at, place, method, encryption, size_bytes, actor, signing_key)
                values ($1, 'complete', $2, $3, $4, $5, $6::text, $7, $8, $9::text)
                on conflict (id) do update set status = 'complete', finished_at = excluded.finished_at,
                    size_bytes = excluded.size_bytes, method = excluded.method, encryption = excluded.encryption, error = null,
                    signing_key = excluded.signing_key
                where backups.status not in ('complete', 'verified', 'damaged', 'untrusted')
                """,
                manifest.Id, manifest.CreatedAt, time.GetUtcNow(), place, manifest.Method, manifest.Encryption,
                manifest.SizeBytes, actor, manifest.SigningKey),
            Entry(
                actor, "backup.create", manifest.Id,
                ("place", place), ("method", manifest.Method), ("size", ByteSize.Format(manifest.SizeBytes))),
            cancellationToken);

    /// <summary>Records that a backup was not completed.</summary>
    public async Task FailedAsync(string id, string reason, CancellationToken cancellationToken) =>
        await dataSource.Command(
            "update backups set status = 'failed', finished_at = $2, error = $3 where id = $1 and status = 'running'",
            id, time.GetUtcNow(), reason)
            .ExecuteAsync(cancellationToken);

    /// <summary>Records a verification without an error.</summary>
    /// <param name="checks">The checks that were made, such as "sizes and checksums".</param>
    public Task VerifiedAsync(string id, string checks, string actor, CancellationToken cancellationToken) => ChangeAsync(
        connection => connection.Command(
            "update backups set status = 'verified', verified_at = $2, error = null where id = $1 and status <> 'deleted'",
            id, time.GetUtcNow()),
        Entry(actor, "backup.verify", id, ("result", "good"), ("checks", checks)),
        cancellationToken);

    /// <summary>Records that a verification or a drill found an error.</summary>
    public Task DamagedAsync(string id, string reason, string actor, CancellationToken cancellationToken) => ChangeAsync(
        connection => connection.Command(
            "update backups set status = 'damaged', verified_at = $2, error = $3 where id = $1 and status <> 'deleted'",
            id, time.GetUtcNow(), reason),
        Entry(actor, "backup.verify", id, ("result", "damaged"), ("reason", reason)),
        cancellationToken);

    /// <summary>
    /// Records that the signature of a backup is missing or wrong, and adds its row where there is none, so that a forged
    /// backup is noticed and not only ignored.
    /// </summary>
    public Task UntrustedAsync(string id, string reason, string place, string actor, CancellationToken cancellationToken) =>
        ChangeAsync(
            connection => connection.Command("""
                insert into backups (id, status, created_at, place, actor, verified_at, error)
                values ($1, 'untrusted', $2, $3, $4, $2, $5)
                on conflict (id) do update set
                    status = 'untrusted', verified_at = excluded.verified_at, error = excluded.error
                """, id, time.GetUtcNow(), place, actor, reason),
            Entry(actor, "backup.verify", id, ("result", "untrusted"), ("reason", reason)),
            cancellationToken);

    /// <summary>Records a restore drill.</summary>
    /// <param name="error">Why it failed; null when it succeeded.</param>
    public Task DrilledAsync(string id, TimeSpan took, string? error, string actor, CancellationToken cancellationToken) =>
        ChangeAsync(
            connection => connection.Command(
                "update backups set drilled_at = $2, drill_seconds = $3, drill_error = $4::text where id = $1",
                id, time.GetUtcNow(), took.TotalSeconds, error),
            Entry(actor, "backup.drill", id, ("result", error ?? "good")),
            cancellationToken);

    /// <summary>Records that retention deleted a backup.</summary>
    public Task DeletedAsync(string id, string reason, string actor, CancellationToken cancellationToken) => ChangeAsync(
        connection => connection.Command(
            "update backups set status = 'deleted', finished_at = $2 where id = $1", id, time.GetUtcNow()),
        Entry(actor, "backup.delete", id, ("reason", reason)),
        cancellationToken);

    /// <summary>Records that the files of a backup disappeared without being deleted by retention.</summary>
    public Task MissingAsync(string id, string actor, CancellationToken cancellationToken) => ChangeAsync(
        connection => connection.Command(
            "update backups set status = 'missing', error = 'Its files disappeared.' where id = $1", id),
        Entry(actor, "backup.missing", id),
        cancellationToken);

    /// <summary>Deletes the rows of old backups whose files do not exist.</summary>
    public async Task<int> ForgetAsync(TimeSpan age, CancellationToken cancellationToken) =>
        await dataSource.Command(
            "delete from backups where status in ('deleted', 'failed', 'missing') and created_at < $1", time.GetUtcNow() - age)
            .ExecuteAsync(cancellationToken);

    /// <summary>The values of the metrics.</summary>
    public async Task<BackupSummary> SummaryAsync(CancellationToken cancellationToken) =>
        (await dataSource.Command($"""
            select coalesce((select max(created_at) from backups where {Good}), i.created_at) as last_success,
                (select size_bytes from backups where {Good} order by id desc limit 1) as size_bytes,
                (select count(*) from backups where status = 'damaged') as damaged,
                (select count(*) from backups where status = 'untrusted') as untrusted,
                (select count(*) from backups where status in ('complete', 'verified') and signing_key is null) as unsigned,
                coalesce((select max(drilled_at) from backups where drill_error is null), i.created_at) as last_drill,
                d.drill_seconds, coalesce(d.drill_error is not null, false) as drill_failed
            from (select coalesce((select created_at from installation), now()) as created_at) i
            left join lateral (
                select drill_seconds, drill_error from backups
                where drilled_at is not null order by drilled_at desc limit 1) d on true
            """).FirstAsync(
            row => new BackupSummary(
                row.Field<DateTimeOffset>("last_success"),
                row.Nullable<long?>("size_bytes"),
                row.Field<long>("damaged"),
                row.Field<long>("untrusted"),
                row.Field<long>("unsigned"),
                row.Field<DateTimeOffset>("last_drill"),
                row.Nullable<double?>("drill_seconds"),
                row.Field<bool>("drill_failed")),
            cancellationToken))!;

    private static AuditEntry Entry(
        string actor, string action, string id, params ReadOnlySpan<(string Name, string Value)> details)
    {
        var all = new Dictionary<string, string>();
        foreach (var (name, value) in details)
        {
            all[name] = value;
        }

        return new AuditEntry(actor, action, id, null) { Details = all };
    }

    private async Task ChangeAsync(
        Func<NpgsqlConnection, NpgsqlCommand> change, AuditEntry entry, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await change(connection).ExecuteAsync(cancellationToken);
        await audit.WriteAsync(connection, entry, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static Backup Read(NpgsqlDataReader row) => new(
        row.Field<string>("id"),
        EnumWords.Read<BackupStatus>(row.Field<string>("status")),
        row.Field<DateTimeOffset>("created_at"),
        row.Nullable<DateTimeOffset?>("finished_at"),
        row.Field<string>("place"),
        row.Nullable<string>("method"),
        row.Nullable<string>("encryption"),
        row.Nullable<long?>("size_bytes"),
        row.Field<string>("actor"),
        row.Nullable<string>("error"),
        row.Nullable<DateTimeOffset?>("verified_at"),
        row.Nullable<DateTimeOffset?>("drilled_at"),
        row.Nullable<double?>("drill_seconds"),
        row.Nullable<string>("drill_error"),
        row.Nullable<string>("signing_key"));
}
