using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.Security;

namespace RagAspire.Worker.Commands.Database;

/// <summary>A repair that may be offered.</summary>
/// <param name="Code">The finding that it removes.</param>
/// <param name="RunAsync">Returns what was done.</param>
internal sealed record DatabaseRepair(string Title, string Code, string? Subject, Func<CancellationToken, Task<string>> RunAsync);

/// <summary>A repair failed; the message says why.</summary>
internal sealed class RepairException(string reason, Exception? innerException = null) : Exception(reason, innerException);

/// <summary>The repairs that are safe enough to be offered: no others are ever made.</summary>
internal sealed class DatabaseRepairs(
    PostgresLocation location, IOptions<PostgresDiagnosisOptions> options, NpgsqlDataSource dataSource, AuditLog audit)
{
    private static readonly TimeSpan IndexTimeout = TimeSpan.FromHours(1);

    public IReadOnlyList<DatabaseRepair> For(DatabaseReport report) =>
        [.. report.Findings.Select(For).OfType<DatabaseRepair>()];

    private DatabaseRepair? For(Finding finding) => finding.Code switch
    {
        PostgresCodes.NotRunning when location.DataDirectory is { } data => new DatabaseRepair(
            $"Start the embedded PostgreSQL of {data}", finding.Code, finding.Subject, token => StartAsync(data, token)),
        PostgresCodes.IdleInTransaction => new DatabaseRepair(
            $"End the sessions that are idle in a transaction for more than {options.Value.IdleInTransaction}",
            finding.Code, finding.Subject, EndIdleAsync),

        // The table has the index that a leftover was to replace, so only that one is worth rebuilding.
        PostgresCodes.InvalidIndex when finding.Subject is { } index && IsLeftover(index) => new DatabaseRepair(
            $"Drop the leftover {index} of a rebuild that failed (DROP INDEX CONCURRENTLY)", finding.Code, index,
            token => DropAsync(index, token)),
        PostgresCodes.InvalidIndex when finding.Subject is { } index => new DatabaseRepair(
            $"Rebuild the invalid index {index} (REINDEX CONCURRENTLY)", finding.Code, index, token => ReindexAsync(index, token)),
        _ => null,
    };

    private static bool IsLeftover(string index) =>
        index.TrimEnd('"', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9') is var name
        && (name.EndsWith("_ccnew", StringComparison.Ordinal) || name.EndsWith("_ccold", StringComparison.Ordinal));

    private async Task<string> StartAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        try
        {
            var server = await EmbeddedPostgres.StartAsync(
                new PostgresOptions { DataDirectory = dataDirectory, Port = location.Port, Database = location.Database },
                cancellationToken: cancellationToken);
            var processId = server.ProcessId;
            server.Detach();
            return string.Create(CultureInfo.InvariantCulture, $"PostgreSQL runs as process {processId} on port {server.Port}.");
        }
        catch (EmbeddedStoreException ex)
        {
            throw new RepairException(ex.Message, ex);
        }
    }

    /// <summary>Ends the sessions that are still idle, which is asked in the statement that ends them.</summary>
    private async Task<string> EndIdleAsync(CancellationToken cancellationToken)
    {
        var ended = await InDatabaseAsync(
            connection => connection.Command("""
                select pid, coalesce(nullif(application_name, ''), 'unnamed'), pg_terminate_backend(pid)
                from pg_stat_activity
                where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
                    and state in ('idle in transaction', 'idle in transaction (aborted)') and state_change < now() - $1::interval
                """, options.Value.IdleInTransaction).ListAsync(
                row => $"process {row.GetInt32(0)} of {row.GetString(1)}{(row.GetBoolean(2) ? "" : " (not ended)")}", cancellationToken),
            cancellationToken);
        await RecordAsync("database.end-idle-sessions", string.Join(", ", ended), cancellationToken);
        return ended.Count == 0 ? "No session is idle in its transaction any more." : $"Ended {string.Join(", ", ended)}.";
    }

    private async Task<string> ReindexAsync(string index, CancellationToken cancellationToken)
    {
        await ChangeIndexAsync($"reindex index concurrently {index}", cancellationToken);
        await RecordAsync("database.reindex", index, cancellationToken);
        return $"{index} was rebuilt.";
    }

    private async Task<string> DropAsync(string index, CancellationToken cancellationToken)
    {
        await ChangeIndexAsync($"drop index concurrently if exists {index}", cancellationToken);
        await RecordAsync("database.drop-leftover", index, cancellationToken);
        return $"{index} was dropped.";
    }

    /// <param name="statement">Its name of the index comes quoted from PostgreSQL (regclass).</param>
    private Task<int> ChangeIndexAsync(string statement, CancellationToken cancellationToken) => InDatabaseAsync(
        async connection =>
        {
            await using var command = connection.Command(statement);
            command.CommandTimeout = (int)IndexTimeout.TotalSeconds;
            return await command.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    private async Task<T> InDatabaseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(location.Connection.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return await work(connection);
        }
        catch (NpgsqlException ex)
        {
            throw new RepairException(ex.Message, ex);
        }
    }

    /// <summary>A repair counts even where the audit log cannot be written.</summary>
    private async Task RecordAsync(string action, string subject, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await audit.WriteAsync(
                connection, new AuditEntry($"command line ({Environment.UserName})", action, subject, null), cancellationToken);
        }
        catch (NpgsqlException ex)
        {
            await Console.Error.WriteLineAsync($"The repair is not in the audit log: {ex.Message}");
        }
    }
}
