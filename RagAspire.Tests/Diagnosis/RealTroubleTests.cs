using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Diagnosis.Causes;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Diagnosis;

/// <summary>A trouble of a whole running system, caused by a slow model.</summary>
public sealed class RealTroubleTests(Stores stores)
{
    [Fact]
    public async Task A_slow_model_is_named_as_the_bottleneck_with_its_share()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var system = await StartAsync(ollama.ConnectionString(ollama.ChatModel));
        var client = system.Client;
        await client.UploadAndWaitAsync("fox.txt", Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog."));
        await client.FindAsync("quick fox");
        ollama.FirstTokenDelay = TimeSpan.FromSeconds(1.5);
        JsonNode? found = null;
        await Eventually.TrueAsync(
            async () =>
            {
                await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.AskAsync($"What does the quick fox do {Guid.NewGuid()}?")));
                found = await FindAsync(client, CauseFindings.Model);
                return found is not null;
            },
            TimeSpan.FromSeconds(60),
            () => "The model is not named.",
            TestContext.Current.CancellationToken);
        Assert.Contains("of the time of answers is the stage model", found!["symptom"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private Task<RagSystem> StartAsync(string chat) => RagSystem.StartAsync(stores, new RagSystemOptions
    {
        Settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__chat"] = chat,
            ["Diagnosis__Causes__Step"] = "00:00:01",
            ["Diagnosis__Causes__Recent"] = "00:00:10",
            ["Diagnosis__Causes__SlowAnswer"] = "00:00:00.500",
        },
    });

    private static async Task<JsonNode?> FindAsync(RagClient client, string code)
    {
        using var response = await client.TrySendAsync(HttpMethod.Get, "/api/v1/operations/diagnostics?since=2m");
        var report = await RagClient.JsonAsync(response);
        return report["findings"]?.AsArray().FirstOrDefault(finding => finding!["code"]!.GetValue<string>() == code);
    }
}
