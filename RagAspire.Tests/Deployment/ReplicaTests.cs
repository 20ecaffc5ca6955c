using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Deployment;

/// <summary>Three APIs and two workers behind nginx with the configuration of <c>deploy/nginx</c>.</summary>
[Collection(Processes.Watched)]
public sealed class ReplicaTests(Stores stores, ReplicaRig rig) : IClassFixture<ReplicaRig>, IAsyncLifetime
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await rig.StartAsync(stores);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("upstream.conf")]
    [InlineData("upstream-sticky.conf")]
    public async Task Nginx_accepts_the_configuration(string upstream)
    {
        using var directory = TestDirectory.Create("nginx");
        await using var balancer = new LoadBalancer(directory.Path, [.. rig.Replicas.Select(api => api.Address)], upstream);

        var (isValid, output) = await balancer.CheckAsync(Cancelled);

        Assert.True(isValid, output);
        Assert.DoesNotContain("[warn]", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_read_and_no_search_fails_and_no_document_is_lost_while_replicas_die_and_stop()
    {
        using var client = rig.Client();
        await UploadAsync(client, "first.txt", "The first fox of the replicas.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var traffic = Task.WhenAll(Enumerable.Range(0, 4).Select(number => ReplicaTraffic.RunAsync(rig, number, stop.Token)));

        await rig.Replicas[1].KillAsync(Cancelled);
        var stored = new List<Guid>();
        foreach (var number in Enumerable.Range(0, 12))
        {
            stored.Add(await UploadAsync(client, $"{number}.txt", $"Fox number {number} of the replicas."));
        }

        await rig.Workers[0].KillAsync(Cancelled);
        await rig.Replicas[1].StartAsync(Cancelled, "/ready");
        await StopGracefullyAsync(rig.Replicas[2]);
        await rig.Replicas[2].StartAsync(Cancelled, "/ready");
        await rig.Workers[0].StartAsync(Cancelled);
        using var api = new RagClient(rig.Replicas[0].Address, RagSystem.Key);
        foreach (var id in stored)
        {
            var document = await api.ProcessedAsync(id);
            Assert.True(document["status"]!.GetValue<string>() == "ready" && document["chunkCount"]!.GetValue<int>() == 1, $"{document}");
        }

        await stop.CancelAsync();
        var (count, failures) = ReplicaTraffic.Sum(await traffic);
        Assert.True(failures.Count == 0, $"{count} good; {string.Join('\n', failures.Take(5))}\n{rig.Balancer.Output}");
        Assert.True(count > 0);
    }

    [Fact]
    public async Task A_client_is_known_by_its_own_address_and_can_claim_no_other()
    {
        using var flooding = rig.Balancer.Client(IPAddress.Parse("127.0.0.2"));
        using var other = rig.Balancer.Client(IPAddress.Parse("127.0.0.3"));
        Assert.Contains(HttpStatusCode.TooManyRequests, await ManyAsync(flooding));
        Assert.Equal(HttpStatusCode.Found, (await ManyAsync(other, count: 1))[0]);

        // Straight to a replica, from an address that is no proxy's.
        using var direct = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.4"), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = rig.Replicas[0].Address };
        Assert.Contains(HttpStatusCode.TooManyRequests, await ManyAsync(direct));
    }

    [Fact]
    public async Task Events_arrive_one_by_one_from_whichever_replica()
    {
        using var client = rig.Client();
        var id = await UploadAsync(client, "followed.txt", "A fox that is followed.");
        using var api = new RagClient(rig.Replicas[0].Address, RagSystem.Key);
        await api.ProcessedAsync(id);
        await using var database = NpgsqlDataSource.Create(rig.Database);
        await SetProgressAsync(database, id, "processing", 10);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/documents/{id}/events") { Version = HttpVersion.Version20 };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));

        Assert.Equal(10, await NextProgressAsync(lines));
        await SetProgressAsync(database, id, "processing", 60);
        Assert.Equal(60, await NextProgressAsync(lines));
        await SetProgressAsync(database, id, "ready", 100);
        Assert.Equal(100, await NextProgressAsync(lines));
    }

    /// <summary>nginx that waited for the whole upload would never pass on the refusal: the rest is never sent.</summary>
    [Fact]
    public async Task An_upload_is_refused_before_its_last_byte_is_sent()
    {
        using var admin = rig.Client();
        var key = await PostAsync(admin, "/api/v1/operations/api-keys", """{"name":"bound","scopes":["write"],"collections":["own"]}""");
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, rig.Balancer.Address.Port, Cancelled);
        await using var tls = new SslStream(
            tcp.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => rig.Balancer.IsOwn(shown));
        await tls.AuthenticateAsClientAsync("127.0.0.1");
        await tls.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n",
            "POST /api/v1/documents HTTP/1.1", "Host: 127.0.0.1", $"X-Api-Key: {key["secret"]}", "Content-Length: 8000000",
            "Content-Type: multipart/form-data; boundary=x", "",
            "--x", "Content-Disposition: form-data; name=\"collection\"", "", "of-others",
            "--x", "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"", "", "The beginning of the file")), Cancelled);
        using var reader = new StreamReader(tls);

        Assert.StartsWith("HTTP/1.1 403", await reader.ReadLineAsync(Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
    }

    [Fact]
    public async Task What_is_for_the_inside_is_not_passed_on_and_plain_http_is_sent_to_tls()
    {
        using var client = rig.Client();
        foreach (var path in new[] { "/metrics", "/ready", "/alive" })
        {
            using var hidden = await client.GetAsync(path, Cancelled);
            Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        }

        using var page = await client.GetAsync("/api/v1/documents", Cancelled);
        using var plain = await client.GetAsync(new Uri(rig.Balancer.PlainAddress, "/api/v1/documents"), Cancelled);

        Assert.Equal(HttpVersion.Version20, page.Version);
        Assert.Equal("max-age=31536000", Assert.Single(page.Headers.GetValues("Strict-Transport-Security")));
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(HttpStatusCode.PermanentRedirect, plain.StatusCode);
    }

    [Fact]
    public async Task A_page_of_one_worker_can_be_sent_to_another_one_and_to_one_that_was_restarted()
    {
        using var first = new RagClient(rig.Workers[0].Address, RagSystem.Key);
        var page = await first.Http.GetStringAsync("/hangfire/jobs/enqueued", Cancelled);
        var (header, token) = (Meta(page, "csrf-header"), Meta(page, "csrf-token"));

        await rig.Workers[0].StopAsync(Cancelled);
        await rig.Workers[0].StartAsync(Cancelled);
        foreach (var worker in rig.Workers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(worker.Address, "/hangfire/jobs/enqueued/delete"))
            {
                Content = new FormUrlEncodedContent([KeyValuePair.Create("jobs[]", "1")]),
            };
            request.Headers.Add(header, token);

            // The client has kept the cookie of the page: cookies know no ports.
            using var response = await first.Http.SendAsync(request, Cancelled);
            Assert.True(response.StatusCode == HttpStatusCode.NoContent, $"{response.StatusCode} {worker.Output}");
        }
    }

    [Fact]
    public async Task A_renewed_certificate_is_taken_without_a_restart()
    {
        var lineage = rig.Balancer.RenewCertificate();
        await using var hook = BackgroundProgram.Start(
            "/bin/sh",
            [Path.Combine(BuildOutput.RepositoryRoot, "deploy", "certificates", "deploy-hook.sh")],
            new Dictionary<string, string>
            {
                ["RENEWED_LINEAGE"] = lineage,
                ["RENEWED_DOMAINS"] = "localhost",
                ["CERTIFICATES"] = rig.Balancer.CertificateFolder,
            });
        await hook.WaitForExitAsync(Cancelled);
        Assert.True(hook.ExitCode == 0, hook.Output);

        // A client of this balancer accepts the new certificate alone.
        await Eventually.TrueAsync(
            async () =>
            {
                using var client = rig.Client();
                using var response = await client.GetAsync("/api/v1/documents", Cancelled);
                return response.StatusCode == HttpStatusCode.OK;
            },
            TimeSpan.FromSeconds(30), () => rig.Balancer.Output, Cancelled);
        Assert.Contains(
            "renewed localhost", await File.ReadAllTextAsync(Path.Combine(rig.Balancer.CertificateFolder, "renewals.log"), Cancelled));
    }

    private static string Meta(string page, string name) =>
        Regex.Match(page, $"<meta name=\"{name}\" content=\"([^\"]+)\"").Groups[1].Value;

    /// <summary>The replica says that it stops before it stops to answer.</summary>
    private static async Task StopGracefullyAsync(HostProcess replica)
    {
        using var probe = new HttpClient { BaseAddress = replica.Address };
        var stopped = replica.StopAsync(Cancelled);
        await Eventually.TrueAsync(
            async () =>
            {
                using var ready = await probe.GetAsync("/ready", Cancelled);
                return ready.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            TimeSpan.FromSeconds(30), () => "The replica never said that it stops.", Cancelled);
        await stopped;
    }

    private static async Task<HttpStatusCode[]> ManyAsync(HttpClient client, int count = 100) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(async number =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Add("X-Forwarded-For", $"10.0.0.{number + 1}");
            using var response = await client.SendAsync(request, Cancelled);
            return response.StatusCode;
        }));

    private static async Task<Guid> UploadAsync(HttpClient client, string name, string text)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", name } };
        using var response = await client.PostAsync("/api/v1/documents", form, Cancelled);
        return (await RagClient.JsonAsync(response))["id"]!.GetValue<Guid>();
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(path, content, Cancelled);
        return await RagClient.JsonAsync(response);
    }

    private static async Task SetProgressAsync(NpgsqlDataSource database, Guid id, string status, int progress)
    {
        await using var command = database.CreateCommand(
            "update documents set status = $2, progress = $3, claimed_until = now() + interval '1 hour' where id = $1");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(status);
        command.Parameters.AddWithValue(progress);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private static async Task<int> NextProgressAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync(Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancelled) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line["data: ".Length..])!["progress"]!.GetValue<int>();
            }
        }

        throw new InvalidOperationException("The stream has ended.");
    }
}
