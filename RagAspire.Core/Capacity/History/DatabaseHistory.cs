using Npgsql;
using RagAspire.Monitoring;

namespace RagAspire.Capacity.History;

/// <summary>
/// Reads the growth of the stored data from the database itself, by the times at which documents and chunks were added, so that
/// there is history without Prometheus. What was deleted since is not seen.
/// </summary>
internal sealed class DatabaseHistory(NpgsqlDataSource database)
{
    private const string Documents =
        "select date_bin(@step, created_at, @from) as at, count(*)::float8 as value from documents group by 1";

    private const string Chunks =
        "select date_bin(@step, coalesce(indexed_at, updated_at), @from) as at, sum(chunk_count)::float8 as value "
        + "from documents group by 1";

    // Bytes of documents and of their chunks in proportion, scaled so that the last value is the size that PostgreSQL reports.
    private const string Size = """
        select at, value * pg_database_size(current_database()) / nullif(sum(value) over (), 0) as value
        from (select date_bin(@step, created_at, @from) as at, sum(size_bytes + 4096.0 * chunk_count)::float8 as value
              from documents group by 1) as added
        """;

    // Each value of a vector takes four bytes; the graph and the payload of a point about one KB more.
    private const string Vectors = """
        select date_bin(@step, coalesce(indexed_at, updated_at), @from) as at,
               sum(chunk_count * (1024.0 + 4 * coalesce((select array_length(dense, 1) from embeddings
                   where dense is not null limit 1), 0)))::float8 as value
        from documents group by 1
        """;

    private const string Tokens = """
        select date_bin(@step, hour, @from) as at, sum(input_tokens + output_tokens)::float8 / @hours as value
        from model_usage group by 1
        """;

    private const string Cost =
        "select date_bin(@step, hour, @from) as at, sum(cost)::float8 / @hours as value from model_usage group by 1";

    private static readonly Dictionary<string, (string Sql, bool Cumulative)> Queries = new()
    {
        ["documents"] = (Documents, true),
        ["chunks"] = (Chunks, true),
        ["database_size"] = (Size, true),
        ["vector_memory"] = (Vectors, true),
        ["llm_tokens"] = (Tokens, false),
        ["llm_cost"] = (Cost, false),
    };

    /// <returns>Null when the database does not know the figure, or has no row of it.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<MetricHistory?> ReadAsync(CapacityMetric metric, HistoryWindow window, CancellationToken cancellationToken)
    {
        if (!Queries.TryGetValue(metric.Name, out var query) || !await HasTableAsync(query.Sql, cancellationToken))
        {
            return null;
        }

        await using var command = database.CreateCommand($"select at, value from ({query.Sql}) as steps where "
            + $"value is not null order by at");
        command.Parameters.AddWithValue("step", window.Step);
        command.Parameters.AddWithValue("from", window.From);
        if (!query.Cumulative)
        {
            command.Parameters.AddWithValue("hours", window.Step.TotalHours);
        }

        var added = new List<PrometheusPoint>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            added.Add(new PrometheusPoint(await reader.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken),
                reader.GetDouble(1)));
        }

        var points = Points(added, window, query.Cumulative);
        return points.Count == 0 ? null : new MetricHistory(metric, null, points, window.Step, "database",
            Shown(query.Sql, window))
        {
            Limit = metric.FixedLimit,
        };
    }

    private async Task<bool> HasTableAsync(string sql, CancellationToken cancellationToken)
    {
        if (!sql.Contains("model_usage", StringComparison.Ordinal))
        {
            return true;
        }

        await using var command = database.CreateCommand("select to_regclass('model_usage') is not null");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>One value for each step: the sum so far, or what was used in the step. The history begins with the first
    /// row.</summary>
    private static List<PrometheusPoint> Points(List<PrometheusPoint> added, HistoryWindow window, bool cumulative)
    {
        var points = new List<PrometheusPoint>();
        if (added.Count == 0)
        {
            return points;
        }

        var (next, sum) = (0, 0.0);
        for (var at = window.From; at <= window.To; at += window.Step)
        {
            // A step ends where the next begins, so the rows of a step count at its end.
            var used = 0.0;
            while (next < added.Count && added[next].At < at)
            {
                used += added[next].At >= at - window.Step ? added[next].Value : 0;
                sum += added[next++].Value;
            }

            if (added[0].At < at)
            {
                points.Add(new PrometheusPoint(at, cumulative ? sum : used));
            }
        }

        return points;
    }

    private static string Shown(string sql, HistoryWindow window) => sql
        .Replace("@step", $"interval '{window.Step.TotalMinutes:0} minutes'", StringComparison.Ordinal)
        .Replace("@from", $"timestamptz '{window.From.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z'", StringComparison.Ordinal)
        .Replace("@hours", $"{window.Step.TotalHours:0.###}", StringComparison.Ordinal);
}
