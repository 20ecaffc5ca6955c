using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RagAspire.Api;
using RagAspire.Diagnosis.Causes;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Diagnosis.Stack;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors.Qdrant;
using RagAspire.TestSupport.Ollama;
using StackExchange.Redis;
using IServer = Microsoft.AspNetCore.Hosting.Server.IServer;

namespace RagAspire.Tests.Diagnosis;

/// <summary>
/// The API in this process, so that its steps end when a test says so, over stores and a model that can be made slow. Three
/// clients with keys of their own use it in turn.
/// </summary>
public sealed class TroubledApi(Stores stores) : IAsyncLifetime
{
    /// <summary>Requests of one key that are accepted at once.</summary>
    public const int Burst = 80;

    private const string View = "searchable_chunks";
    private const int Clients = 3;

    private readonly List<RagClient> _clients = [];
    private string _database = "";
    private string _definition = "";
    private RealRedis _redis = null!;
    private ConnectionMultiplexer _cache = null!;
    private ApiFactory _api = null!;
    private int _requests;

    internal QdrantStub Qdrant { get; private set; } = null!;

    internal OllamaStub Ollama { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RealRedis.StartAsync();
        _cache = await ConnectionMultiplexer.ConnectAsync($"{_redis.Address},allowAdmin=true,syncTimeout=30000");
        (Qdrant, Ollama) = (await QdrantStub.StartAsync(), await OllamaStub.StartAsync());
        _database = await stores.CreateMigratedAsync();
        _definition = await Sql.OneAsync<string>(_database, $"select trim(trailing ';' from pg_get_viewdef('{View}'::regclass))");
        _api = new ApiFactory(Settings());
        _api.UseKestrel(port: 0);
        _api.StartServer();
        var addresses = _api.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var address = new Uri(addresses.First());
        using var operations = new RagClient(address, RagSystem.Key);
        await operations.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < Clients; i++)
        {
            var key = await operations.PostAsync(
                "/api/v1/operations/api-keys", new { name = $"client {i}", scopes = new[] { "read" } });
            _clients.Add(new RagClient(address, key["secret"]!.GetValue<string>()));
            await SearchAsync("warm up");
        }
    }

    /// <summary>A history that begins now.</summary>
    internal TroubleWatch Watch(CauseOptions options) => new(_api.Services, options);

    /// <summary>Sends a search with the next client's key.</summary>
    public Task<HttpStatusCode> SearchAsync(string query) =>
        SearchAsync(Interlocked.Increment(ref _requests) % _clients.Count, query);

    /// <summary>Sends a search with the key <c>client N</c>.</summary>
    public async Task<HttpStatusCode> SearchAsync(int client, string query)
    {
        using var response = await _clients[client].TrySendAsync(HttpMethod.Post, "/api/v1/search", new { query });
        return response.StatusCode;
    }

    /// <summary>Makes each statement that reads the chunks of hits sleep.</summary>
    public Task SlowDownDatabaseAsync(double seconds) =>
        FilterAsync(FormattableString.Invariant($"(select pg_sleep({seconds})::text) is not null"));

    /// <summary>Makes each such statement fail, as it does when the server has no memory for it.</summary>
    public async Task BreakDatabaseAsync()
    {
        await Sql.ExecuteAsync(_database, """
            create or replace function out_of_memory() returns boolean language plpgsql as
            $$ begin raise 'out of memory' using errcode = 'out_of_memory'; end $$
            """);
        await FilterAsync("(select out_of_memory())");
    }

    public Task MendDatabaseAsync() => FilterAsync("true");

    /// <summary>As a restart of Redis does.</summary>
    public Task EmptyCacheAsync() => _cache.GetServers().Single().FlushAllDatabasesAsync();

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _api.StopAsync();
        await Ollama.DisposeAsync();
        await Qdrant.DisposeAsync();
        await _cache.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private Task FilterAsync(string condition) => Sql.ExecuteAsync(
        _database, $"create or replace view {View} as select base.* from ({_definition}) as base where {condition}");

    private Dictionary<string, string> Settings() => new()
    {
        // Few connections, so that many requests wait for each other.
        ["ConnectionStrings:ragdb"] = $"{_database};Maximum Pool Size=8",
        ["ConnectionStrings:cache"] = $"{_redis.Address},abortConnect=false",
        ["ConnectionStrings:vectors"] = $"Endpoint={Qdrant.Address}",
        ["ConnectionStrings:embeddings"] = Ollama.ConnectionString(Ollama.EmbeddingModel),
        ["Security:DevelopmentKey"] = RagSystem.Key,
        ["Limits:RequestsPerSecond"] = "10",
        ["Limits:Burst"] = $"{Burst}",

        // Patience, because on a busy machine only what is made slow may be given up.
        ["Cache:Patience"] = "00:00:10",
        ["Qdrant:SearchTimeout"] = "00:00:30",
        ["Embeddings:QueryTimeout"] = "00:00:30",

        // What this process keeps would outlive the cache.
        ["Cache:LocalMegabytes"] = "0",
    };

    private sealed class ApiFactory(IReadOnlyDictionary<string, string> settings) : WebApplicationFactory<ApiMetrics>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Development").ConfigureLogging(logging => logging.ClearProviders());
            foreach (var (name, value) in settings)
            {
                builder.UseSetting(name, value);
            }
        }

        /// <summary>Lets the program end, which disposes its host: to dispose the factory would do so a second time.</summary>
        public async Task StopAsync()
        {
            var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = lifetime.ApplicationStopped.Register(stopped.SetResult);
            lifetime.StopApplication();
            await stopped.Task;
        }
    }
}
