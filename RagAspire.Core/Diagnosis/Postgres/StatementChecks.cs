using System.Globalization;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>Statements in <c>pg_stat_statements</c>, where the extension is created.</summary>
/// <param name="counters">The readings of earlier examinations.</param>
internal sealed class StatementChecks(CounterHistory counters, DiagnosisWindow window)
{
    private const int Compared = 50;
    private const int Named = 3;

    private const string OfThisDatabase =
        "from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())";

    public async Task<IReadOnlyList<Observation>> SlowAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(session, cancellationToken))
        {
            return [];
        }

        // Maintenance and dumps take long by their nature. One statement of several users is one.
        var statements = await session.ListAsync(
            $"""
            select queryid, sum(calls)::float8, sum(total_exec_time)::float8, min(left(query, 300)) {OfThisDatabase}
                and queryid is not null
                and query !~* '^\s*(copy|vacuum|analyze|reindex|create|alter|cluster|checkpoint|begin|commit|listen)'
            group by queryid order by 3 desc limit {Compared}
            """,
            row => new Statement(row.GetInt64(0), row.GetString(3), row.GetDouble(1), row.GetDouble(2)), cancellationToken);
        return
        [
            .. statements.Select(statement => statement with { Growth = GrowthOf(statement, options) })
                .Where(statement => statement.RecentCalls >= options.StatementCalls && statement.Mean >= options.SlowStatement)
                .OrderByDescending(statement => statement.RecentCalls * statement.Mean).Take(Named)
                .Select(statement => Describe(statement, options)),
        ];
    }

    /// <summary>
    /// What a statement did since the last reading before the window, or since a younger one with enough calls. Null without:
    /// then all calls since the statistics began count, so that also a first examination finds it.
    /// </summary>
    private CounterGrowth? GrowthOf(Statement statement, PostgresDiagnosisOptions options) =>
        counters.Read($"statement {statement.Id}", window, began: null, statement.Calls, statement.Milliseconds) is { } growth
            && (growth.Since <= window.Since || growth.By[0] >= options.StatementCalls)
            ? growth : null;

    private static Observation Describe(Statement statement, PostgresDiagnosisOptions options)
    {
        var mean = Quantity.Milliseconds(statement.Mean.TotalMilliseconds);
        var (since, query, value) = statement.Growth is { } growth
            ? (string.Create(CultureInfo.InvariantCulture, $" since {growth.Since:u}"),
                "sum(calls), sum(total_exec_time)",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{statement.Calls} and {statement.Milliseconds:0} ms, {statement.Calls - growth.By[0]} and "
                    + $"{statement.Milliseconds - growth.By[1]:0} ms before: {mean}"))
            : ("", "sum(total_exec_time) / sum(calls)", mean);
        return new Observation(
            PostgresCodes.SlowStatements,
            string.Create(
                CultureInfo.InvariantCulture, $"A statement takes {mean} on average over {statement.RecentCalls} calls{since}."),
            [new Evidence(
                $"select {query} {OfThisDatabase} and queryid = {statement.Id}", value,
                Quantity.Milliseconds(options.SlowStatement.TotalMilliseconds))])
        {
            Subject = $"statement {statement.Id}",
            Cause = $"The statement is: {statement.Text}",
        };
    }

    /// <summary>The statements that took the most time in all; empty without the extension.</summary>
    public static async Task<IReadOnlyList<SlowStatement>> MostAsync(
        PostgresSession session, CancellationToken cancellationToken) =>
        await IsThereAsync(session, cancellationToken)
            ? await session.ListAsync(
                $"""
                select calls, total_exec_time, mean_exec_time, left(query, 500) {OfThisDatabase}
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

    /// <param name="Milliseconds">Of all calls.</param>
    private sealed record Statement(long Id, string Text, double Calls, double Milliseconds)
    {
        public CounterGrowth? Growth { get; init; }

        public double RecentCalls => Growth?.By[0] ?? Calls;

        public TimeSpan Mean => RecentCalls == 0
            ? TimeSpan.Zero : TimeSpan.FromMilliseconds((Growth?.By[1] ?? Milliseconds) / RecentCalls);
    }
}
