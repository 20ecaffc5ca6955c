using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Api.Doors;

/// <summary>
/// A system with models and a document in each of two collections, which programs reach by the protocols that they know.
/// </summary>
[CollectionDefinition(Name)]
public sealed class DoorsHost(Stores stores) : ICollectionFixture<DoorsHost>, IAsyncLifetime
{
    public const string Name = "doors";
    public const string WebAddress = "https://app.example.org/rag";
    public const string Answer = "It jumps over the lazy dog [1].";

    public OllamaStub Ollama { get; private set; } = null!;

    public RagSystem System { get; private set; } = null!;

    /// <summary>A key that may only read, and only the collection <c>other</c>.</summary>
    public string OtherKey { get; private set; } = "";

    public Guid Fox { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Ollama = await OllamaStub.StartAsync();
        Ollama.Answer = _ => Answer;
        System = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__chat"] = Ollama.ConnectionString(Ollama.ChatModel),
                ["ConnectionStrings__embeddings"] = Ollama.ConnectionString(Ollama.EmbeddingModel),
                ["OpenAi__WebAddress"] = WebAddress,
            },
        });
        var client = System.Client;
        Fox = (await client.UploadAndWaitAsync("fox.txt", "The quick brown fox jumps over the lazy dog."u8.ToArray())).Id;
        await client.UploadAndWaitAsync("secret.txt", "The lazy cat sleeps upon the secret rug."u8.ToArray(), ("collection", "other"));
        await client.FindAsync("quick fox");
        await client.FindAsync("lazy cat", "other");
        OtherKey = (await client.PostAsync(
            "/api/v1/operations/api-keys", new { name = "reader", scopes = new[] { "read" }, collections = new[] { "other" } }))["secret"]!
            .GetValue<string>();
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        await Ollama.DisposeAsync();
    }
}
