using System.Net;
using Microsoft.Playwright;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Web;

/// <summary>The web app as a process, over the API that all tests share.</summary>
[CollectionDefinition(Name)]
public sealed class WebApp(Browser browser, SharedSystem shared, Stores stores) : ICollectionFixture<WebApp>, IAsyncLifetime
{
    public const string Name = "web";

    /// <summary>Opens its metrics.</summary>
    public const string MetricsToken = "a token of tests";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private HostProcess? _process;

    public RagSystem System { get; private set; } = null!;

    public Uri Address => Process.Address;

    /// <summary>The log since the start.</summary>
    public string Output => Process.Output;

    private HostProcess Process => _process!;

    public async ValueTask InitializeAsync() => await StartAsync(await shared.SystemAsync(stores));

    /// <summary>Over the API of another system.</summary>
    public Task StartAsync(RagSystem system, params (string Name, string Value)[] settings)
    {
        System = system;
        return StartAsync(system.Api.Address, settings);
    }

    /// <summary>Over anything that answers as the API does.</summary>
    public async Task StartAsync(Uri api, params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["services__api__http__0"] = api.ToString().TrimEnd('/'),
            ["Metrics__Token"] = MetricsToken,
            ["Web__Secret"] = "a secret of tests, long enough for cookies",
            ["DOTNET_ENVIRONMENT"] = "Development",
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        _process = new HostProcess("RagAspire.Web", environment);
        await _process.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    public string NewCollection() => shared.NewCollection();

    /// <summary>A key with these scopes, for all collections or for one.</summary>
    public async Task<string> KeyAsync(string[] scopes, string? collection = null)
    {
        var collections = collection is null ? null : new[] { collection };
        var made = await System.Client.PostAsync("/api/v1/operations/api-keys", new { name = "web", scopes, collections });
        return made["secret"]!.GetValue<string>();
    }

    /// <summary>A client without a session, which follows no redirects.</summary>
    public HttpClient Http() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
    {
        BaseAddress = Address,
    };

    /// <summary>Opens a page, and signs in where a key is given.</summary>
    public async Task<BrowserPage> OpenAsync(
        string path, string? key = RagSystem.Key, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await browser.OpenAsync(width, scheme);
        await page.Page.GotoAsync(new Uri(Address, key is null ? path : $"/sign-in?next={Uri.EscapeDataString(path)}").ToString());
        if (key is not null)
        {
            await page.Page.FillAsync("input[name=Key]", key);
            await page.Page.ClickAsync("main button");

            // The driver may miss the event of a page that was loaded before it was told of the address, so the page is asked.
            await page.Page.WaitForURLAsync(new Uri(Address, path).ToString(), new() { WaitUntil = WaitUntilState.Commit });
            await Eventually.TrueAsync(
                async () => await page.Page.EvaluateAsync<string>("() => document.readyState") == "complete",
                Patience, () => $"{path} is not loaded.", TestContext.Current.CancellationToken);
        }

        return page;
    }

    public async Task GoAsync(BrowserPage page, string path) => await page.Page.GotoAsync(new Uri(Address, path).ToString());
}
