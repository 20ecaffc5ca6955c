using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;
using RagAspire.Tests.Web;
using RagAspire.TestSupport.Ollama;
using RagAspire.TestSupport.Users;
using RagAspire.TestSupport.Walks;

namespace RagAspire.Tests.Api.Protocols;

/// <summary>
/// A system with models and a document in each of two collections, which programs reach by the protocols that they know.
/// </summary>
[CollectionDefinition(Name)]
public sealed class ProtocolHost(Stores stores) : ICollectionFixture<ProtocolHost>, IAsyncLifetime
{
    public const string Name = "protocols";
    public const string WebAddress = "https://app.example.org/rag";
    public const string SharedCollection = "shared";
    public const string Answer = "It jumps over the lazy dog [1].";

    private readonly TestDirectory _backups = TestDirectory.Create("protocols");
    private WebApp? _web;

    public OllamaStub Ollama { get; private set; } = null!;

    /// <summary>Whose tokens the system takes beside keys.</summary>
    public IssuerStub Issuer { get; private set; } = null!;

    public RagSystem System { get; private set; } = null!;

    /// <summary>A key that may only read, and only the collection <c>other</c>.</summary>
    public string OtherKey { get; private set; } = "";

    public Guid Fox { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Ollama = await OllamaStub.StartAsync();
        Ollama.Answer = _ => Answer;
        Issuer = await IssuerStub.StartAsync();
        System = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>(GroupWalk.Settings(Issuer, SharedCollection))
            {
                ["ConnectionStrings__chat"] = Ollama.ConnectionString(Ollama.ChatModel),
                ["ConnectionStrings__embeddings"] = Ollama.ConnectionString(Ollama.EmbeddingModel),
                ["OpenAi__WebAddress"] = WebAddress,
                ["Backups__Directory"] = _backups.Path,
                ["Backups__MegabytesPerSecond"] = "0",
                ["Oidc__KeyRefresh"] = "00:00:01",
                ["Oidc__Groups__editors__Claim"] = "CN=Editors: all",
                ["Oidc__Groups__editors__Scopes"] = "read,write,operations:read",
                ["Oidc__Groups__editors__Collections"] = SharedCollection,
                ["Oidc__Groups__readers__Scopes"] = "read",
                ["Oidc__Groups__admins__Scopes"] = "admin",
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

    /// <summary>
    /// The web app over this system, which takes keys and users of the issuer. Tests of a collection come one after another.
    /// </summary>
    public async Task<WebApp> WebAsync(Browser browser, SharedSystem shared)
    {
        _web ??= await StartWebAsync(browser, shared);
        return _web;
    }

    /// <summary>A web app of the caller, beside the shared one.</summary>
    public async Task<WebApp> StartWebAsync(Browser browser, SharedSystem shared, params (string Name, string Value)[] settings)
    {
        var web = new WebApp(browser, shared, stores);
        await web.StartAsync(
            System,
            [
                ("Oidc__Issuer", Issuer.Issuer), ("Oidc__ClientId", IssuerStub.ClientId),
                ("Oidc__ClientSecret", IssuerStub.ClientSecret), ("Oidc__Title", "Example"), .. settings,
            ]);
        return web;
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        await System.DisposeAsync();
        await Ollama.DisposeAsync();
        await Issuer.DisposeAsync();
        _backups.Dispose();
    }
}
