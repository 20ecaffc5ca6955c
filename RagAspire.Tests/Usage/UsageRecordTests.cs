using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Tests.Support;
using RagAspire.Usage;

namespace RagAspire.Tests.Usage;

public sealed class UsageRecordTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_of_many_threads_and_processes_add_up_exactly()
    {
        var database = await stores.CreateDatabaseAsync();
        await using var one = await UsageRig.CreateAsync(stores, database);
        await using var two = await UsageRig.CreateAsync(stores, database);

        await Parallel.ForAsync(0, 2_000, Token, async (i, _) =>
        {
            var rig = i % 2 == 0 ? one : two;
            rig.Ledger.Add(new UsageContext($"key{i % 3}", $"c{i % 2}", UsageKind.Answer), UsageRig.Model, new ModelTokens(100, 10, 0));
            if (i % 50 == 0)
            {
                await rig.FlushAsync();
            }
        });
        await Task.WhenAll(one.FlushAsync(), two.FlushAsync());

        var report = await one.Reporter.ReportAsync(UsagePeriod.Day, Token);
        Assert.Equal(new UsageTotals(2_000, 200_000, 20_000, 0, .4m), report.Total);
        Assert.Equal(3, report.ByKey.Count);
        Assert.Equal([1_000, 1_000], report.ByCollection.Select(share => share.Usage.Calls));
    }

    [Fact]
    public async Task A_batch_whose_commit_was_not_noticed_is_written_once()
    {
        await using var rig = await UsageRig.CreateAsync(stores);
        rig.Spend("k", 2);
        var batch = rig.Ledger.Take()!;
        var store = rig.Services.GetRequiredService<UsageStore>();

        await store.AddAsync(batch, Token);
        await store.AddAsync(batch, Token);

        Assert.Equal(2, await rig.StoredCostAsync("k"));
    }

    [Fact]
    public async Task Usage_waits_in_memory_for_a_database_that_refuses_it()
    {
        await using var rig = await UsageRig.CreateAsync(stores);
        await rig.Database.Command("alter table model_usage rename to model_usage_away").ExecuteAsync(Token);
        rig.Spend("k", 1);
        await Assert.ThrowsAnyAsync<Exception>(rig.FlushAsync);
        rig.Spend("k", 2);

        await rig.Database.Command("alter table model_usage_away rename to model_usage").ExecuteAsync(Token);
        await rig.FlushAsync();

        Assert.Equal(3, await rig.StoredCostAsync("k"));
    }

    [Fact]
    public async Task A_report_has_every_step_every_hour_and_every_weekday()
    {
        await using var rig = await UsageRig.CreateAsync(stores);
        rig.Spend("k", 1);
        rig.Clock.Advance(TimeSpan.FromDays(3));
        rig.Spend("k", 2);
        await rig.FlushAsync();

        var day = await rig.Reporter.ReportAsync(UsagePeriod.Day, Token);
        var week = await rig.Reporter.ReportAsync(UsagePeriod.Week, Token);
        var month = await rig.Reporter.ReportAsync(UsagePeriod.Month, Token);

        Assert.Equal((24, 2m), (day.Steps.Count, day.Total.Cost));
        Assert.Equal((7, 3m), (week.Steps.Count, week.Total.Cost));
        Assert.Equal((30, 3m), (month.Steps.Count, month.Total.Cost));
        Assert.Equal(3m, week.ByHour.Single(hour => hour.Name == "22").Usage.Cost);
        Assert.Equal([("Tuesday", 2m), ("Saturday", 1m)], week.ByWeekday.Where(one => one.Usage.Calls > 0).Select(one => (one.Name, one.Usage.Cost)));
        Assert.Equal([0m, 0, 0, 1, 0, 0, 2], week.Steps.Select(step => step.Usage.Cost));
        Assert.Equal("2026-01-28", $"{week.From:yyyy-MM-dd}");
    }

    [Theory]
    [InlineData("llama3.2:3b", 1)]
    [InlineData("LLAMA3.2:3B", 1)]
    [InlineData("llama3.2:1b", 2)]
    [InlineData("llama3.2", 2)]
    [InlineData("qwen3", 3)]
    [InlineData("qwen3:latest", 3)]
    [InlineData("mistral", 9)]
    public void The_most_exact_price_counts(string model, int price)
    {
        var options = new UsageOptions();
        foreach (var (name, input) in new[] { ("*", 9), ("llama3.2:3b", 1), ("llama3.2", 2), ("qwen3:latest", 3) })
        {
            options.Prices.Add(new ModelPrice { Model = name, Input = input });
        }

        Assert.Equal(price, new PriceList(Options.Create(options)).Find(model)!.Input);
    }

    [Theory]
    [InlineData("Usage:Currency", "Euro", "Usage:Currency")]
    [InlineData("Usage:Prices:0:Input", "1", "must name its Model")]
    [InlineData("Usage:Prices:0:Model;Usage:Prices:1:Model", "a", "more than one price")]
    [InlineData("Usage:Prices:0:Model;Usage:Prices:0:Output", "-1", "between 0 and")]
    [InlineData("Usage:DefaultBudget", "-1", "DefaultBudget")]
    public async Task Wrong_prices_stop_the_start_with_a_reason(string names, string value, string reason)
    {
        await using var core = await CoreServices.CreateAsync(
            stores, settings: names.Split(';').ToDictionary(name => name, _ => (string?)value));
        var error = Assert.Throws<OptionsValidationException>(() => core.Get<IOptions<UsageOptions>>().Value);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
