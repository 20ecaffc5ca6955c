using System.Text;
using Npgsql;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Usage;

/// <summary>A system with priced models: an input token costs .001, an output token .01.</summary>
public sealed class UsageHost(Stores stores) : IAsyncLifetime
{
    public const string Question = "What does the quick brown fox jump over?";

    public static readonly byte[] Fox = Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog.");

    public OllamaStub Ollama { get; private set; } = null!;

    public RagSystem System { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Ollama = await OllamaStub.StartAsync();
        Ollama.Answer = _ => "It jumps over the lazy dog [1].";
        System = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__chat"] = Ollama.ConnectionString(Ollama.ChatModel),
                ["ConnectionStrings__embeddings"] = Ollama.ConnectionString(Ollama.EmbeddingModel),
                ["Answers__SourceTokens"] = "200",
                ["Answers__MaxOutputTokens"] = "50",
                ["Usage__Currency"] = "EUR",
                ["Usage__Prices__0__Model"] = "*",
                ["Usage__Prices__0__Input"] = "1000",
                ["Usage__Prices__0__Output"] = "10000",
                ["Usage__FlushInterval"] = "00:00:00.300",
                ["Usage__BudgetRefresh"] = "00:00:00.300",
            },
        });
        Database = NpgsqlDataSource.Create(System.Database);
    }

    /// <summary>A new key as a client, with its id.</summary>
    public async Task<(RagClient Client, string Id)> KeyAsync(string name, object? budget = null, Uri? address = null)
    {
        var created = await System.Client.PostAsync(
            "/api/v1/operations/api-keys", new { name, scopes = new[] { "read", "write" }, budget });
        return (new RagClient(address ?? System.Api.Address, created["secret"]!.GetValue<string>()), created["key"]!["id"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await System.DisposeAsync();
        await Ollama.DisposeAsync();
    }
}
