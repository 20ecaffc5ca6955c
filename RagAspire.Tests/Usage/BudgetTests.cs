using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
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
