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

    /// <returns>Null for a key without a budget.</returns>
    public async Task<BudgetState?> FindAsync(string keyId, CancellationToken cancellationToken) =>
        await ReadAsync(keyId, cancellationToken) is [var one, ..] ? one : null;

    /// <summary>The budgets of all keys in use, the most spent first.</summary>
    public Task<IReadOnlyList<BudgetState>> ListAsync(CancellationToken cancellationToken) => ReadAsync(null, cancellationToken);

    private async Task<IReadOnlyList<BudgetState>> ReadAsync(string? keyId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var common = options.Value.DefaultBudget > 0 ? options.Value.DefaultBudget : (decimal?)null;
        return await dataSource.Command("""
            select b.id, b.name, b.amount, b.period, b.spent from (
                select k.id, k.name, k.amount, k.period, coalesce((
                    select sum(u.cost) from model_usage u where u.key_id = k.id and u.currency = $5
                      and u.hour >= case k.period when 'day' then $3::timestamptz else $4::timestamptz end), 0) as spent
                from (
                    select id, name, coalesce(budget_amount, $1::numeric) as amount, coalesce(budget_period, $2) as period
                    from api_keys where revoked_at is null
                    union all select 'development', 'development', $1::numeric, $2) k
                where k.amount is not null and ($6::text is null or k.id = $6)) b
            order by b.spent / b.amount desc, b.id limit $7
            """,
            common,
            options.Value.DefaultBudgetPeriod.Word(),
            BudgetState.Start(BudgetPeriod.Day, now),
            BudgetState.Start(BudgetPeriod.Month, now),
            options.Value.Currency,
            keyId,
            Most).ListAsync(row => Read(row, now), cancellationToken);
    }

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
            BudgetState.End(period, now));
    }
}
