using System.Net;
using System.Text;
using RagAspire.Database;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Usage;

/// <summary>What is spent, as a plan.</summary>
public sealed partial class UsageApiTests
{
    [Fact]
    public async Task A_month_of_tokens_is_projected_as_charts_over_HTTP_and_by_the_command()
    {
        await host.Database.Command("""
            insert into model_usage
            select 'past', hour, 'past', 'm', 'answer', 'EUR', 1, 10 + extract(hour from hour)::int, 5, 0, 0
            from generate_series(date_trunc('hour', now()) - interval '28 days', now() - interval '1 hour', interval '1 hour') as hour
            """).ExecuteAsync(Token);
        foreach (var (format, type, start) in new[] { ("png", "image/png", "\u0089PNG"), ("svg", "image/svg+xml", "<?xml") })
        {
            using var chart = await GetAsync($"/api/v1/operations/capacity/charts/llm_tokens.{format}?ahead=30d", accept: null);
            Assert.Equal((HttpStatusCode.OK, type), (chart.StatusCode, chart.Content.Headers.ContentType!.MediaType));
            Assert.StartsWith(
                start, Encoding.Latin1.GetString(await chart.Content.ReadAsByteArrayAsync(Token)), StringComparison.Ordinal);
        }

        using var folder = TestDirectory.Create("charts");
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__ragdb"] = host.System.Database,
            ["ConnectionStrings__cache"] = "127.0.0.1:1,abortConnect=false",
        };
        var text = await WorkerCommand.RunAsync(
            0, environment, "capacity", "--history", "30d", "--ahead", "30d", "--growth", "3x", "--charts", folder.Path);
        Assert.Contains("LLM tokens: sMAPE", text, StringComparison.Ordinal);
        Assert.Contains("LLM tokens: select date_bin(interval '60 minutes', hour, timestamptz '", text, StringComparison.Ordinal);
        Assert.Contains(", times 3.", text, StringComparison.Ordinal);
        Assert.All(["llm_tokens.png", "llm_tokens.svg"], file => Assert.True(File.Exists(Path.Combine(folder.Path, file)), file));
    }
}
