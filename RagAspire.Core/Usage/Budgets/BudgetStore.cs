using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Security;

namespace RagAspire.Usage.Budgets;

/// <summary>Reads the budgets of keys with what is spent of them. Periods are days and months of UTC.</summary>
public sealed class BudgetStore(NpgsqlDataSource dataSource, IOptions<UsageOptions> options, TimeProvider time)
{
    /// <summary>The most budgets that are listed, so that metrics and reports stay bounded.</summary>
    public const int Most = 500;

    // $1 and $2 are the default budget. A user has no row of its own, and exists by what it has spent.
    private static string Keys(string since) => $"""
        select id, name, coalesce(budget_amount, $1::numeric) as amount, coalesce(budget_period, $2) as period, created_at
        from api_keys where revoked_at is null
        union all select 'development', 'development', $1::numeric, $2, null
        union all select key_id, key_id, $1::numeric, $2, null from model_usage
            where key_id like 'user:%' and hour >= {since}::timestamptz group by key_id
        """;

    /// <returns>Null for a key without a budget.</returns>
    public async Task<BudgetState?> FindAsync(string keyId, CancellationToken cancellationToken) =>
        await ReadAsync(keyId, cancellationToken) is [var one, ..] ? one : null;

    /// <summary>The budgets of all keys in use, the most spent first.</summary>
    public Task<IReadOnlyList<BudgetState>> ListAsync(CancellationToken cancellationToken) => ReadAsync(null, cancellationToken);

    private async Task<IReadOnlyList<BudgetState>> ReadAsync(string? keyId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await dataSource.Command($"""
            select b.id, b.name, b.amount, b.period, b.spent, b.created_at from (
                select k.id, k.name, k.amount, k.period, k.created_at, coalesce((
                    select sum(u.cost) from model_usage u where u.key_id = k.id and u.currency = $5
                      and u.hour >= case k.period when 'day' then $3::timestamptz else $4::timestamptz end), 0) as spent
                from ({Keys("$4")} union select $6, $6, $1::numeric, $2, null where $6::text like 'user:%') k
                where k.amount is not null and ($6::text is null or k.id = $6)) b
            order by b.spent / b.amount desc, b.id limit $7
            """,
            Common,
            options.Value.DefaultBudgetPeriod.Word(),
            BudgetState.Start(BudgetPeriod.Day, now),
            BudgetState.Start(BudgetPeriod.Month, now),
            options.Value.Currency,
            keyId,
            Most).ListAsync(row => Read(row, now), cancellationToken);
    }

    /// <summary>What all keys together may spend in an hour, on average over their periods.</summary>
    /// <param name="since">Keys that have spent since then are the ones that spend.</param>
    public async Task<BudgetSum> SumAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var unlimited = await dataSource.Command($"""
            select coalesce(k.name, u.key_id)
            from (select distinct key_id from model_usage where hour >= $3 and currency = $4 and cost > 0) u
            left join ({Keys("$3")}) k on k.id = u.key_id
            where k.amount is null and not exists (select from api_keys r where r.id = u.key_id and r.revoked_at is not null)
            order by 1
            """, Common, options.Value.DefaultBudgetPeriod.Word(), since, options.Value.Currency)
            .ListAsync(row => row.GetString(0), cancellationToken);
        var now = time.GetUtcNow();
        var sums = await dataSource.Command($"""
            select k.period, count(*), sum(k.amount) from ({Keys("$3")}) k
            where k.amount is not null and (k.id <> 'development' or exists (
                select from model_usage u where u.key_id = k.id and u.hour >= $3 and u.currency = $4 and u.cost > 0))
            group by 1
            """, Common, options.Value.DefaultBudgetPeriod.Word(), since, options.Value.Currency)
            .ListAsync(
                row => (Period: EnumWords.Read<BudgetPeriod>(row.GetString(0)), Keys: row.GetInt64(1), Amount: row.GetDecimal(2)),
                cancellationToken);
        decimal Hours(BudgetPeriod period) => (decimal)(BudgetState.End(period, now) - BudgetState.Start(period, now)).TotalHours;
        return new BudgetSum(
            sums.Sum(sum => sum.Amount / Hours(sum.Period)),
            sums.Sum(sum => sum.Keys),
            unlimited);
    }

    private decimal? Common => options.Value.DefaultBudget > 0 ? options.Value.DefaultBudget : null;

    private static BudgetState Read(NpgsqlDataReader row, DateTimeOffset now)
    {
        var period = EnumWords.Read<BudgetPeriod>(row.GetString(3));
        return new BudgetState(
            row.GetString(0),
            row.GetString(1),
            row.GetDecimal(2),
            period,
            row.GetDecimal(4),
            BudgetState.Start(period, now),
            BudgetState.End(period, now)).Projected(now, row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5));
    }
}
