using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Security;

/// <summary>A change and its author.</summary>
/// <param name="Actor">The name of the API key or job.</param>
/// <param name="Action">Such as "document.delete".</param>
/// <param name="Subject">The id of the changed object.</param>
public sealed record AuditEntry(string Actor, string Action, string Subject, string? Collection)
{
    /// <summary>Further facts, without secrets and document text.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}

/// <summary>A stored entry.</summary>
public sealed record AuditRecord(
    long Id, DateTimeOffset At, string Actor, string Action, string Subject, string? Collection, JsonElement Details,
    string? TraceId);

/// <summary>Records every change, in the same transaction as the change.</summary>
public sealed class AuditLog(NpgsqlDataSource dataSource)
{
#pragma warning disable CA1822 // An instance method, so that callers depend on the audit log.
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

    /// <summary>
    /// A page of the entries that a caller may see, newest first: those of its collections, and for an administrator also
    /// those of the whole system.
    /// </summary>
    /// <param name="before">The cursor; null for the first page.</param>
    public async Task<Page<AuditRecord>> ListAsync(Caller caller, long? before, int limit, CancellationToken cancellationToken)
    {
        var rows = await dataSource.Command("""
            select id, at, actor, action, subject, collection, details, trace_id from audit_logs
            where ($1::bigint is null or id < $1) and ($3 or (collection is not null and ($4::text[] is null or collection = any($4))))
            order by id desc limit $2
            """, before, limit + 1, caller.IsAdmin, caller.Collections?.ToArray()).ListAsync(
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
