using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RagAspire.Database;
using RagAspire.Security;
using RagAspire.Tests.Support;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;

namespace RagAspire.Tests.Usage;

public sealed class BudgetTests(Stores stores)
{
    private static readonly TimeSpan Refresh = new UsageOptions().BudgetRefresh;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_spent_month_is_refused_until_the_next_month_begins()
    {
        await using var rig = await UsageRig.CreateAsync(stores);
        var key = await rig.KeyAsync("monthly", new Budget(5, BudgetPeriod.Month));
        using (await rig.AdmitAsync(key))
        {
            rig.Spend(key, 5);
        }

        var refusal = await Assert.ThrowsAsync<BudgetExceededException>(async () => await rig.AdmitAsync(key));
        Assert.Equal(TimeSpan.FromMinutes(90), refusal.RetryAfter);
        Assert.Contains("5 USD a month", refusal.Message, StringComparison.Ordinal);
        await rig.FlushAsync();
        rig.Clock.Advance(TimeSpan.FromMinutes(89));
        await Assert.ThrowsAsync<BudgetExceededException>(async () => await rig.AdmitAsync(key));

        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        using var admitted = await rig.AdmitAsync(key);
    }

    [Fact]
    public async Task A_daily_budget_begins_anew_each_day_and_a_monthly_one_does_not()
    {
        await using var rig = await UsageRig.CreateAsync(
            stores, clock: new FakeTimeProvider(new DateTimeOffset(2026, 2, 10, 12, 0, 0, TimeSpan.Zero)));
        var daily = await rig.KeyAsync("daily", new Budget(1, BudgetPeriod.Day));
        var monthly = await rig.KeyAsync("monthly", new Budget(1, BudgetPeriod.Month));
        rig.Spend(daily, 1);
        rig.Spend(monthly, 1);
        await rig.FlushAsync();

        rig.Clock.Advance(TimeSpan.FromHours(12));

        using var admitted = await rig.AdmitAsync(daily);
        await Assert.ThrowsAsync<BudgetExceededException>(async () => await rig.AdmitAsync(monthly));
    }

    [Fact]
    public async Task Calls_at_the_same_time_exceed_a_budget_by_one_call_at_most()
    {
        await using var rig = await UsageRig.CreateAsync(stores);
        var key = await rig.KeyAsync("busy", new Budget(1, BudgetPeriod.Day));
        var admitted = new ConcurrentBag<int>();

        var together = new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = Token };
        await Parallel.ForAsync(0, 200, together, async (i, token) =>
        {
            try
            {
                using var admission = await rig.AdmitAsync(key, expected: .03m);
                await Task.Delay(5, token);
                rig.Spend(key, .03m);
                admitted.Add(i);
            }
            catch (BudgetExceededException)
            {
                // Refused.
            }
        });

        Assert.InRange(admitted.Count * .03m, .9m, 1.03m);
    }

    [Fact]
    public async Task Processes_that_share_a_budget_see_what_the_others_spend_after_flush_and_refresh()
    {
        var database = await stores.CreateDatabaseAsync();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        await using var one = await UsageRig.CreateAsync(stores, database, clock);
        await using var two = await UsageRig.CreateAsync(stores, database, clock);
        var key = await one.KeyAsync("shared", new Budget(1, BudgetPeriod.Day));
        (await two.AdmitAsync(key)).Dispose();

        one.Spend(key, 1);
        await one.FlushAsync();
        (await two.AdmitAsync(key)).Dispose();
        clock.Advance(Refresh);

        await Assert.ThrowsAsync<BudgetExceededException>(async () => await two.AdmitAsync(key));
    }

    [Fact]
    public async Task Spending_that_is_not_written_yet_counts_and_written_spending_counts_once()
    {
        await using var rig = await UsageRig.CreateAsync(stores);
        var key = await rig.KeyAsync("own", new Budget(1, BudgetPeriod.Day));
        (await rig.AdmitAsync(key)).Dispose();
        for (var i = 0; i < 9; i++)
        {
            rig.Spend(key, .1m);
            await (i % 2 == 0 ? rig.FlushAsync() : Task.CompletedTask);
            rig.Clock.Advance(Refresh / 3);
            (await rig.AdmitAsync(key)).Dispose();
        }

        rig.Spend(key, .1m);
        await Assert.ThrowsAsync<BudgetExceededException>(async () => await rig.AdmitAsync(key));
    }

    [Fact]
    public async Task What_costs_nothing_needs_no_budget()
    {
        await using var rig = await UsageRig.CreateAsync(stores);
        var key = await rig.KeyAsync("poor", new Budget(.01m, BudgetPeriod.Day));
        rig.Spend(key, 1);

        (await rig.Gate.AdmitAsync(key, "a-model-without-a-price", default, Token)).Dispose();
        (await rig.AdmitAsync(UsageContext.SystemKey)).Dispose();
        (await rig.AdmitAsync(await rig.KeyAsync("without a budget"))).Dispose();
        await Assert.ThrowsAsync<BudgetExceededException>(async () => await rig.AdmitAsync(key));
    }

    [Fact]
    public async Task The_end_of_a_month_is_expected_from_its_days_so_far_and_nothing_from_less_than_two()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 4, 11, 0, 0, 0, TimeSpan.Zero));
        await using var rig = await UsageRig.CreateAsync(stores, clock: clock);
        var old = await rig.KeyAsync("old", new Budget(100, BudgetPeriod.Month));
        var young = await rig.KeyAsync("young", new Budget(100, BudgetPeriod.Month));
        var younger = await rig.KeyAsync("younger", new Budget(100, BudgetPeriod.Month));
        var daily = await rig.KeyAsync("daily", new Budget(100, BudgetPeriod.Day));
        foreach (var (key, created) in new[] { (old, "2026-01-01"), (young, "2026-04-06"), (younger, "2026-04-10"), (daily, "2026-01-01") })
        {
            await rig.Database.Command("update api_keys set created_at = $2::timestamptz where id = $1", key, $"{created}T00:00:00Z")
                .ExecuteAsync(Token);
            rig.Spend(key, 30);
        }

        await rig.FlushAsync();
        var budgets = (await rig.Reporter.ReportAsync(UsagePeriod.Day, Token)).Budgets.ToDictionary(budget => budget.KeyId);

        // 30 in ten days of thirty, and 30 in five days with twenty to come.
        Assert.Equal((90m, null), (budgets[old].Expected, budgets[old].ExpectedUnknown));
        Assert.Equal((150m, null), (budgets[young].Expected, budgets[young].ExpectedUnknown));
        Assert.Equal((null, "Less than 2 days of this period are known."), (budgets[younger].Expected, budgets[younger].ExpectedUnknown));
        Assert.Equal((null, "A day is too short to be projected."), (budgets[daily].Expected, budgets[daily].ExpectedUnknown));
    }

    [Fact]
    public async Task All_budgets_are_a_limit_where_every_key_that_spends_has_one()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 4, 11, 0, 0, 0, TimeSpan.Zero));
        await using var rig = await UsageRig.CreateAsync(stores, clock: clock);
        var budgets = rig.Services.GetRequiredService<BudgetStore>();
        Assert.Equal(0, (await SumAsync()).Keys);
        rig.Spend(await rig.KeyAsync("monthly", new Budget(720, BudgetPeriod.Month)), 1);
        await rig.KeyAsync("daily", new Budget(48, BudgetPeriod.Day));
        await rig.KeyAsync("without a budget that spends nothing");
        await rig.FlushAsync();

        // April has 720 hours.
        var sum = await SumAsync();
        Assert.Equal((3, 2L), (sum.PerHour, sum.Keys));
        Assert.Empty(sum.Unlimited);

        rig.Spend(UsageContext.SystemKey, 1);
        rig.Spend(await rig.KeyAsync("spender"), 1);
        await rig.FlushAsync();
        Assert.Equal(["spender", "system"], (await SumAsync()).Unlimited);

        Task<BudgetSum> SumAsync() => budgets.SumAsync(clock.GetUtcNow().AddDays(-30), Token);
    }

    [Fact]
    public async Task A_user_who_has_no_key_has_the_default_budget()
    {
        const string user = "user:ann";
        await using var rig = await UsageRig.CreateAsync(stores, defaultBudget: "5");
        var budgets = rig.Services.GetRequiredService<BudgetStore>();
        Assert.Equal((5, 0), ((await budgets.FindAsync(user, Token))!.Amount, (await budgets.FindAsync(user, Token))!.Spent));
        rig.Spend(user, 5);
        await rig.FlushAsync();

        await Assert.ThrowsAsync<BudgetExceededException>(async () => await rig.AdmitAsync(user));
        Assert.Contains(await budgets.ListAsync(Token), budget => budget.KeyId == user && budget.Spent == 5);
        Assert.Empty((await budgets.SumAsync(rig.Clock.GetUtcNow().AddDays(-30), Token)).Unlimited);
    }

    [Fact]
    public async Task A_changed_budget_counts_after_the_refresh()
    {
        await using var rig = await UsageRig.CreateAsync(stores);
        var key = await rig.KeyAsync("raised", new Budget(1, BudgetPeriod.Day));
        rig.Spend(key, 1);
        await Assert.ThrowsAsync<BudgetExceededException>(async () => await rig.AdmitAsync(key));

        await rig.Services.GetRequiredService<ApiKeyStore>().SetBudgetAsync(key, new Budget(2, BudgetPeriod.Day), "test", Token);
        rig.Clock.Advance(Refresh);

        (await rig.AdmitAsync(key)).Dispose();
    }
}
