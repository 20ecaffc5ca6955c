using System.Text.Json.Serialization;
using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Database;
using RagAspire.Security;

namespace RagAspire.Backups;

/// <summary>A backup as it is known; one row of <c>backups</c>.</summary>
/// <param name="Status">
/// running, complete (written, not yet checked), verified, damaged, failed, missing (it was good and is not at its place any
/// more), deleted (by retention).
/// </param>
/// <param name="Place">The directory or bucket.</param>
/// <param name="Method">"pg_dump" or "copy".</param>
/// <param name="Encryption">"age" or "gpg"; null when everybody can read it.</param>
/// <param name="Error">Why it failed, or what is damaged.</param>
/// <param name="DrilledAt">When it was last restored by a drill.</param>
/// <param name="DrillError">Why that failed; null when it did not.</param>
public sealed record Backup(
    string Id,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    string Place,
    string? Method,
    string? Encryption,
    long? SizeBytes,
    string Actor,
    string? Error,
    DateTimeOffset? VerifiedAt,
    DateTimeOffset? DrilledAt,
    double? DrillSeconds,
    string? DrillError)
{
    /// <summary>Somebody could restore it, as far as is known.</summary>
    [JsonIgnore]
    public bool IsGood => Status is "complete" or "verified";

    /// <summary>It lies at its place, good or not.</summary>
    [JsonIgnore]
    public bool IsPresent => IsGood || Status == "damaged";
}

/// <summary>Rows of <c>backups</c>, and what was done with backups in the audit log.</summary>
public sealed class BackupStore(NpgsqlDataSource dataSource, AuditLog audit, TimeProvider time)
{
    private const string Columns = """
        id, status, created_at, finished_at, place, method, encryption, size_bytes, actor, error, verified_at, drilled_at,
        drill_seconds, drill_error
        """;

    /// <summary>The newest first, before <paramref name="before"/> where it is given.</summary>
    public async Task<IReadOnlyList<Backup>> ListAsync(string? before, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command($"select {Columns} from backups where $1::text is null or id < $1 order by id desc limit $2", before, limit)
            .ListAsync(Read, cancellationToken);

    public async Task<Backup?> FindAsync(string id, CancellationToken cancellationToken) =>
        await dataSource.Command($"select {Columns} from backups where id = $1", id).FirstAsync(Read, cancellationToken);

    /// <summary>The one to restore; null without any.</summary>
    public async Task<Backup?> NewestGoodAsync(CancellationToken cancellationToken) =>
        await dataSource.Command($"select {Columns} from backups where status in ('complete', 'verified') order by id desc limit 1")
            .FirstAsync(Read, cancellationToken);

    /// <summary>All that lies at the place, the newest first.</summary>
    public async Task<IReadOnlyList<Backup>> PresentAsync(CancellationToken cancellationToken) =>
        await dataSource.Command($"select {Columns} from backups where status in ('complete', 'verified', 'damaged') order by id desc")
            .ListAsync(Read, cancellationToken);

    public async Task<IReadOnlyList<string>> RunningAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("select id from backups where status = 'running'").ListAsync(row => row.GetString(0), cancellationToken);

    /// <summary>A backup begins.</summary>
    public async Task<string> BeginAsync(string place, string method, string? encryption, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = BackupId.New(now);
        await dataSource.Command("""
            insert into backups (id, status, created_at, place, method, encryption, actor) values ($1, 'running', $2, $3, $4, $5::text, $6)
            """, id, now, place, method, encryption, actor).ExecuteAsync(cancellationToken);
        return id;
    }

    /// <summary>It lies at its place.</summary>
    public Task CompletedAsync(BackupManifest manifest, string place, string actor, CancellationToken cancellationToken) =>
        ChangeAsync(
            connection => connection.Command("""
                insert into backups (id, status, created_at, finished_at, place, method, encryption, size_bytes, actor)
                values ($1, 'complete', $2, $3, $4, $5, $6::text, $7, $8)
                on conflict (id) do update set status = 'complete', finished_at = excluded.finished_at, size_bytes = excluded.size_bytes,
                    method = excluded.method, encryption = excluded.encryption, error = null
                where backups.status not in ('complete', 'verified', 'damaged')
                """, manifest.Id, manifest.CreatedAt, time.GetUtcNow(), place, manifest.Method, manifest.Encryption, manifest.SizeBytes, actor),
            new AuditEntry(actor, "backup.create", manifest.Id, null)
            {
                Details = new Dictionary<string, string> { ["place"] = place, ["method"] = manifest.Method, ["size"] = Sizes.Of(manifest.SizeBytes) },
            },
            cancellationToken);

    public async Task FailedAsync(string id, string reason, CancellationToken cancellationToken) =>
        await dataSource.Command(
            "update backups set status = 'failed', finished_at = $2, error = $3 where id = $1 and status = 'running'", id, time.GetUtcNow(), reason)
            .ExecuteAsync(cancellationToken);

    /// <summary>Somebody has read all of it and found it good.</summary>
    public Task VerifiedAsync(string id, string what, string actor, CancellationToken cancellationToken) => ChangeAsync(
        connection => connection.Command(
            "update backups set status = 'verified', verified_at = $2, error = null where id = $1 and status <> 'deleted'", id, time.GetUtcNow()),
        Entry(actor, "backup.verify", id, ("result", "good"), ("looked at", what)),
        cancellationToken);

    /// <summary>Somebody has read it and found it bad.</summary>
    public Task DamagedAsync(string id, string reason, string actor, CancellationToken cancellationToken) => ChangeAsync(
        connection => connection.Command(
            "update backups set status = 'damaged', verified_at = $2, error = $3 where id = $1 and status <> 'deleted'", id, time.GetUtcNow(), reason),
        Entry(actor, "backup.verify", id, ("result", "damaged"), ("reason", reason)),
        cancellationToken);

    /// <summary>A drill has restored it, or tried.</summary>
    public Task DrilledAsync(string id, TimeSpan took, string? error, string actor, CancellationToken cancellationToken) => ChangeAsync(
        connection => connection.Command(
            "update backups set drilled_at = $2, drill_seconds = $3, drill_error = $4::text where id = $1", id, time.GetUtcNow(), took.TotalSeconds, error),
        Entry(actor, "backup.drill", id, ("result", error ?? "good")),
        cancellationToken);

    public Task DeletedAsync(string id, string reason, string actor, CancellationToken cancellationToken) => ChangeAsync(
        connection => connection.Command("update backups set status = 'deleted', finished_at = $2 where id = $1", id, time.GetUtcNow()),
        Entry(actor, "backup.delete", id, ("reason", reason)),
        cancellationToken);

    /// <summary>It was there and is not any more, and nobody here deleted it.</summary>
    public Task MissingAsync(string id, string actor, CancellationToken cancellationToken) => ChangeAsync(
        connection => connection.Command("update backups set status = 'missing', error = 'It is not at its place any more.' where id = $1", id),
        Entry(actor, "backup.missing", id),
        cancellationToken);

    /// <summary>Rows of what is long gone.</summary>
    public async Task<int> ForgetAsync(TimeSpan age, CancellationToken cancellationToken) =>
        await dataSource.Command(
            "delete from backups where status in ('deleted', 'failed', 'missing') and created_at < $1", time.GetUtcNow() - age)
            .ExecuteAsync(cancellationToken);

    /// <summary>What the metrics show.</summary>
    public async Task<BackupFigures> FiguresAsync(CancellationToken cancellationToken) =>
        (await dataSource.Command("""
            select coalesce((select max(created_at) from backups where status in ('complete', 'verified')), i.created_at) as last_success,
                (select size_bytes from backups where status in ('complete', 'verified') order by id desc limit 1) as size_bytes,
                (select count(*) from backups where status = 'damaged') as damaged,
                coalesce((select max(drilled_at) from backups where drill_error is null), i.created_at) as last_drill,
                d.drill_seconds, coalesce(d.drill_error is not null, false) as drill_failed
            from (select coalesce((select created_at from installation), now()) as created_at) i
            left join lateral (
                select drill_seconds, drill_error from backups where drilled_at is not null order by drilled_at desc limit 1) d on true
            """).FirstAsync(
            row => new BackupFigures(
                row.Field<DateTimeOffset>("last_success"),
                row.Nullable<long?>("size_bytes"),
                row.Field<long>("damaged"),
                row.Field<DateTimeOffset>("last_drill"),
                row.Nullable<double?>("drill_seconds"),
                row.Field<bool>("drill_failed")),
            cancellationToken))!;

    private static AuditEntry Entry(string actor, string action, string id, params ReadOnlySpan<(string Name, string Value)> details)
    {
        var all = new Dictionary<string, string>();
        foreach (var (name, value) in details)
        {
            all[name] = value;
        }

        return new AuditEntry(actor, action, id, null) { Details = all };
    }

    private async Task ChangeAsync(Func<NpgsqlConnection, NpgsqlCommand> change, AuditEntry entry, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await change(connection).ExecuteAsync(cancellationToken);
        await audit.WriteAsync(connection, entry, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static Backup Read(NpgsqlDataReader row) => new(
        row.Field<string>("id"),
        row.Field<string>("status"),
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
        row.Nullable<string>("drill_error"));
}
