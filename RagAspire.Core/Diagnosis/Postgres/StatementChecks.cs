using System.Globalization;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>Statements in <c>pg_stat_statements</c>, where the extension is created.</summary>
internal static class StatementChecks
{
    public static async Task<IReadOnlyList<Observation>> SlowAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(session, cancellationToken))
        {
            return [];
        }

        // Maintenance and dumps take long by their nature.
        var statements = await session.ListAsync(
            string.Create(CultureInfo.InvariantCulture, $"""
                select queryid, calls, mean_exec_time, left(query, 300) from pg_stat_statements
                where dbid = (select oid from pg_database where datname = current_database())
                    and calls >= {options.StatementCalls} and mean_exec_time >= {options.SlowStatement.TotalMilliseconds}
                    and query !~* '^\s*(copy|vacuum|analyze|reindex|create|alter|cluster|checkpoint|begin|commit|listen)'
                order by total_exec_time desc limit 3
                """),
            row => (Id: row.GetInt64(0), Calls: row.GetInt64(1), Mean: row.GetDouble(2), Query: row.GetString(3)),
                cancellationToken);
        return [.. statements.Select(statement => new Observation(
            PostgresCodes.SlowStatements,
            $"A statement takes {Quantity.Milliseconds(statement.Mean)} on average over {statement.Calls} calls.",
            [new Evidence(
                $"select mean_exec_time from pg_stat_statements where queryid = {statement.Id}",
                Quantity.Milliseconds(statement.Mean), Quantity.Milliseconds(options.SlowStatement.TotalMilliseconds))])
        {
            Subject = $"statement {statement.Id}",
            Cause = $"The statement is: {statement.Query}",
        })];
    }

    /// <summary>The statements that took the most time in all; empty without the extension.</summary>
    public static async Task<IReadOnlyList<SlowStatement>> MostAsync(
        PostgresSession session, CancellationToken cancellationToken) =>
        await IsThereAsync(session, cancellationToken)
            ? await session.ListAsync(
                """
                select calls, total_exec_time, mean_exec_time, left(query, 500) from pg_stat_statements
                where dbid = (select oid from pg_database where datname = current_database())
                order by total_exec_time desc limit 5
                """,
                row => new SlowStatement(row.GetInt64(0), row.GetDouble(1), row.GetDouble(2), row.GetString(3)),
                    cancellationToken)
            : [];

    // The view exists without the library, and then fails when it is read.
    private static Task<bool> IsThereAsync(
        PostgresSession session, CancellationToken cancellationToken) => session.ScalarAsync<bool>(
        """
        select exists (select from pg_extension where extname = 'pg_stat_statements')
            and current_setting('shared_preload_libraries') like '%pg_stat_statements%'
        """,
        cancellationToken);
}
