using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Security;

/// <summary>Who changed what.</summary>
/// <param name="Actor">The API key's name, or the job's.</param>
/// <param name="Action">Such as "document.delete".</param>
/// <param name="Subject">The id of what was changed.</param>
public sealed record AuditEntry(string Actor, string Action, string Subject, string? Collection)
{
    /// <summary>What else is worth knowing; no secrets and no document text.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}

/// <summary>An entry as it was written.</summary>
public sealed record AuditRecord(
    long Id, DateTimeOffset At, string Actor, string Action, string Subject, string? Collection, JsonElement Details, string? TraceId);

/// <summary>The record of every change, written in the transaction of the change itself.</summary>
public sealed class AuditLog(NpgsqlDataSource dataSource)
{
#pragma warning disable CA1822 // Part of the store, although it works on the caller's connection.
    public async Task WriteAsync(NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellationToken) =>
        await connection.Command("""
            insert into audit_logs (actor, action, subject, collection, details, trace_id) values ($1, $2, $3, $4, $5, $6)
            """,
            entry.Actor,
            entry.Action,
            entry.Subject,
            entry.Collection,
            Commands.Jsonb(entry.Details),
            Activity.Current?.TraceId.ToString()).ExecuteAsync(cancellationToken);
#pragma warning restore CA1822

    /// <summary>A page of entries, newest first.</summary>
    /// <param name="before">The cursor; null for the first page.</param>
    public async Task<Page<AuditRecord>> ListAsync(long? before, int limit, CancellationToken cancellationToken)
    {
        var rows = await dataSource.Command("""
            select id, at, actor, action, subject, collection, details, trace_id from audit_logs
            where $1::bigint is null or id < $1 order by id desc limit $2
            """, before, limit + 1).ListAsync(
            row => new AuditRecord(
                row.Field<long>("id"),
                row.Field<DateTimeOffset>("at"),
                row.Field<string>("actor"),
                row.Field<string>("action"),
                row.Field<string>("subject"),
                row.Nullable<string>("collection"),
                JsonSerializer.Deserialize<JsonElement>(row.Field<string>("details")),
                row.Nullable<string>("trace_id")),
            cancellationToken);
        return Page.From(rows, limit, row => row.Id.ToString(CultureInfo.InvariantCulture));
    }
}
