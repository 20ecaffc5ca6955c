using Npgsql;
using RagAspire.Database;

namespace RagAspire.Usage;

/// <summary>Rows of <c>model_usage</c>.</summary>
public sealed class UsageStore(NpgsqlDataSource dataSource)
{
    /// <summary>Adds a batch to the stored sums. A batch that is stored already changes nothing.</summary>
    public async Task AddAsync(UsageBatch batch, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isNew = await connection.Command("insert into model_usage_batches (id) values ($1) on conflict do nothing", batch.Id)
            .ExecuteAsync(cancellationToken);
        if (isNew == 0)
        {
            return;
        }

        // In the order of the key, so that two writers of the same rows cannot deadlock.
        await connection.Command("""
            insert into model_usage as u (
                key_id, hour, collection, model, kind, currency, calls, input_tokens, output_tokens, estimated_tokens, cost)
            select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
                $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::numeric[])
            order by 1, 2, 3, 4, 5, 6
            on conflict (key_id, hour, collection, model, kind, currency) do update set
                calls = u.calls + excluded.calls, input_tokens = u.input_tokens + excluded.input_tokens,
                output_tokens = u.output_tokens + excluded.output_tokens,
                estimated_tokens = u.estimated_tokens + excluded.estimated_tokens, cost = u.cost + excluded.cost
            """,
            Column(batch, row => row.Key.KeyId),
            Column(batch, row => row.Key.Hour),
            Column(batch, row => row.Key.Collection),
            Column(batch, row => row.Key.Model),
            Column(batch, row => row.Key.Kind.Word()),
            Column(batch, row => row.Key.Currency),
            Column(batch, row => row.Value.Calls),
            Column(batch, row => row.Value.InputTokens),
            Column(batch, row => row.Value.OutputTokens),
            Column(batch, row => row.Value.EstimatedTokens),
            Column(batch, row => row.Value.Cost)).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The usage of a time range by one property, the most expensive first.</summary>
    public async Task<IReadOnlyList<UsageShare>> SharesAsync(
        UsageRange range, UsageProperty property, CancellationToken cancellationToken)
    {
        var (id, name) = Expressions(property);
        return await dataSource.Command($"""
            select {id} as id, {name} as name, sum(calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
                sum(estimated_tokens)::bigint, sum(cost)
            from model_usage u left join api_keys k on k.id = u.key_id
            where hour >= $1 and hour < $2 and currency = $3
            group by 1, 2
            order by 7 desc, sum(input_tokens + output_tokens) desc, 1
            """, range.From, range.Until, range.Currency)
            .ListAsync(row => new UsageShare(row.GetString(0), row.GetString(1), Totals(row, 2)), cancellationToken);
    }

    /// <summary>The usage of each hour that has any.</summary>
    public async Task<IReadOnlyList<UsageStep>> HoursAsync(UsageRange range, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select hour, sum(calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
                sum(estimated_tokens)::bigint, sum(cost)
            from model_usage where hour >= $1 and hour < $2 and currency = $3 group by hour order by hour
            """, range.From, range.Until, range.Currency)
            .ListAsync(row => new UsageStep(row.GetFieldValue<DateTimeOffset>(0), Totals(row, 1)), cancellationToken);

    private static (string Id, string Name) Expressions(UsageProperty property) => property switch
    {
        UsageProperty.Key => ("u.key_id", "coalesce(k.name, u.key_id)"),
        UsageProperty.Collection => ("u.collection", "u.collection"),
        UsageProperty.Model => ("u.model", "u.model"),
        UsageProperty.Kind => ("u.kind", "u.kind"),
        _ => throw new ArgumentOutOfRangeException(nameof(property)),
    };

    private static UsageTotals Totals(NpgsqlDataReader row, int first) => new(
        row.GetInt64(first),
        row.GetInt64(first + 1),
        row.GetInt64(first + 2),
        row.GetInt64(first + 3),
        row.GetDecimal(first + 4));

    private static T[] Column<T>(UsageBatch batch, Func<KeyValuePair<UsageSlot, UsageTotals>, T> value) =>
        [.. batch.Rows.Select(value)];
}
