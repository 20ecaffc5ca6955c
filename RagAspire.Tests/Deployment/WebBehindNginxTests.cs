using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Deployment;

/// <summary>The web app behind nginx with the configuration of <c>deploy/nginx</c>.</summary>
[Collection(Processes.Watched)]
public sealed partial class WebBehindNginxTests(SharedSystem shared, Stores stores) : IAsyncLifetime
{
    private const string Name = "app.rag.example";
    private const string ApiName = "rag.example";

    private readonly TestDirectory _directory = TestDirectory.Create("web-nginx");
    private HostProcess _web = null!;
    private LoadBalancer _balancer = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var api = (await shared.SystemAsync(stores)).Api.Address;
        _web = new HostProcess("RagAspire.Web", new Dictionary<string, string>
        {
            ["services__api__http__0"] = api.GetLeftPart(UriPartial.Authority),
            ["Web__Secret"] = "a secret of tests, long enough for cookies",
            ["Proxies__Networks"] = "127.0.0.1/32",
        });
        await _web.StartAsync(Cancelled);
        _balancer = new LoadBalancer(_directory.Path, [api, api, api], web: _web.Address);
        await _balancer.StartAsync(Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _balancer.DisposeAsync();
        await _web.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Pages_come_by_their_own_name_with_each_security_header_once_and_cookies_for_tls_alone()
    {
        using var client = _balancer.Client();
        using var page = await GetAsync(client, Name, "/sign-in");

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        foreach (var header in new[]
        {
            "Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
        })
        {
            Assert.Single(page.Headers.GetValues(header));
        }

        Assert.All(page.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase));
        using var away = await GetAsync(client, Name, "/");
        Assert.Equal(HttpStatusCode.Redirect, away.StatusCode);
        Assert.Equal($"https://{Name}/sign-in", away.Headers.Location!.GetLeftPart(UriPartial.Path));
        using var api = await GetAsync(client, ApiName, "/openapi/v1.json");
        Assert.Equal("application/json", api.Content.Headers.ContentType?.MediaType);
        foreach (var path in new[] { "/metrics", "/alive", "/ready" })
        {
            using var inside = await GetAsync(client, Name, path);
            Assert.Equal(HttpStatusCode.NotFound, inside.StatusCode);
        }
    }

    [Fact]
    public async Task The_connection_of_a_page_that_is_alive_passes_through()
    {
        using var client = _balancer.Client();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", Name);
        socket.Options.SetRequestHeader("Cookie", await SignInAsync(client));
        socket.Options.RemoteCertificateValidationCallback = (_, shown, _, _) => _balancer.IsOwn(shown);
        await socket.ConnectAsync(new Uri($"wss://{_balancer.Address.Authority}/_blazor"), Cancelled);

        // The handshake of SignalR, and its empty answer.
        await socket.SendAsync(
            Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, Cancelled);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, Cancelled);
        Assert.Equal("{}\u001e", Encoding.UTF8.GetString(buffer, 0, received.Count));
    }

    [Fact]
    public async Task How_a_browser_came_counts_from_the_proxy_and_from_nobody_else()
    {
        using var proxy = From(IPAddress.Loopback);
        using var trusted = await ClaimTlsAsync(proxy);
        Assert.Contains("; secure", SetCookie(trusted), StringComparison.OrdinalIgnoreCase);

        using var other = From(IPAddress.Parse("127.0.0.2"));
        using var claimed = await ClaimTlsAsync(other);
        Assert.DoesNotContain("; secure", SetCookie(claimed), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_API_is_served_while_the_web_app_is_away()
    {
        await _web.KillAsync(Cancelled);
        using var client = _balancer.Client();

        using var page = await GetAsync(client, Name, "/sign-in");
        using var api = await GetAsync(client, ApiName, "/openapi/v1.json");

        Assert.Equal((HttpStatusCode.BadGateway, HttpStatusCode.OK), (page.StatusCode, api.StatusCode));
    }

    /// <summary>Signs in by the form.</summary>
    /// <returns>The cookies of the session.</returns>
    private static async Task<string> SignInAsync(HttpClient client)
    {
        using var page = await GetAsync(client, Name, "/sign-in");
        var html = await page.Content.ReadAsStringAsync(Cancelled);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Headers = { Host = Name },
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["_handler"] = "sign-in",
                ["__RequestVerificationToken"] = Token().Match(html).Groups["token"].Value,
                ["Key"] = RagSystem.Key,
            }),
        };
        request.Headers.Add("Cookie", Cookies(page));
        using var response = await client.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return Cookies(response);
    }

    private static string Cookies(HttpResponseMessage response) =>
        string.Join("; ", response.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"")]
    private static partial Regex Token();

    private static string SetCookie(HttpResponseMessage response) => string.Join('\n', response.Headers.GetValues("Set-Cookie"));

    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
        return await client.SendAsync(request, Cancelled);
    }

    private async Task<HttpResponseMessage> ClaimTlsAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_web.Address, "/sign-in"));
        request.Headers.Add("X-Forwarded-Proto", "https");
        return await client.SendAsync(request, Cancelled);
    }

    /// <summary>A client without a proxy between, from one address of this machine.</summary>
    private static HttpClient From(IPAddress address) => new(new SocketsHttpHandler
    {
        UseCookies = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
