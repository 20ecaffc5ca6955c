using System.Net;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Capacity;

public sealed class CapacityApiTests(SharedSystem shared, Stores stores)
{
    private const string Path = "/api/v1/operations/capacity";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_is_sent_as_JSON_text_and_page()
    {
        var http = (await shared.SystemAsync(stores)).Client.Http;
        var json = await http.GetStringAsync(Path, Cancelled);
        Assert.Contains("\"name\":\"cpu\"", json);
        Assert.Contains("No Prometheus is configured (Prometheus:Url).", json);

        var page = await http.GetStringAsync($"{Path}?format=html&growth=3x", Cancelled);
        Assert.Contains("<h1>Capacity</h1>", page);
        Assert.Contains("No Prometheus is configured", page);
        Assert.Contains("What is not known", await http.GetStringAsync($"{Path}?format=text", Cancelled));
    }

    [Theory]
    [InlineData("?history=yesterday", "history must be hours, days or weeks")]
    [InlineData("?ahead=99999d", "ahead must be hours, days or weeks")]
    [InlineData("?ahead=0d", "ahead must be hours, days or weeks")]
    [InlineData("?growth=much", "growth must be a positive factor")]
    [InlineData("?documents=-1", "documents must be a positive number")]
    [InlineData("?metric=weather", "There is no figure 'weather'; the figures are cpu")]
    [InlineData("/charts/weather.png", "There is no figure 'weather'")]
    public async Task A_question_that_cannot_be_understood_is_refused_with_the_reason(string question, string reason)
    {
        var http = (await shared.SystemAsync(stores)).Client.Http;
        using var response = await http.GetAsync(Path + question, Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancelled))!;
        Assert.Contains(reason, problem["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_chart_needs_history()
    {
        var http = (await shared.SystemAsync(stores)).Client.Http;
        using var response = await http.GetAsync($"{Path}/charts/cpu.png", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
