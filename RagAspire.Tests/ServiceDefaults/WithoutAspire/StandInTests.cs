using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Garnet;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;
using OllamaSharp;
using OpenTelemetry.Trace;
using StackExchange.Redis;

namespace RagAspire.Tests.ServiceDefaults.WithoutAspire;

public sealed class StandInTests
{
    [Fact]
    public void A_missing_database_connection_string_is_reported_on_first_use_and_names_the_setting()
    {
        var builder = Builder();
        builder.AddNpgsqlDataSource("ragdb");
        using var host = builder.Build();

        var error = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<NpgsqlDataSource>());

        Assert.Contains("ConnectionStrings:ragdb", error.Message);
    }

    [Fact]
    public async Task A_database_that_is_away_is_unhealthy_with_the_reason()
    {
        var builder = Builder(("ConnectionStrings:ragdb", $"Host=127.0.0.1;Port={FreePort()};Username=nobody;Timeout=2"));
        builder.AddNpgsqlDataSource("ragdb");
        using var host = builder.Build();

        var entry = await HealthOf(host, "PostgreSql");

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("127.0.0.1", entry.Description);
    }

    [Fact]
    public void A_setting_in_the_section_of_the_connection_wins_over_the_common_section()
    {
        var builder = Builder(
            ("Aspire:Npgsql:ConnectionString", "Host=common"), ("Aspire:Npgsql:ragdb:ConnectionString", "Host=special"));
        builder.AddNpgsqlDataSource("ragdb", configureDataSourceBuilder: source => source.ConnectionStringBuilder.Database = "x");
        using var host = builder.Build();

        var connectionString = host.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString;

        Assert.Contains("Host=special", connectionString);
        Assert.Contains("Database=x", connectionString);
    }

    [Fact]
    public async Task A_Redis_that_is_away_stops_neither_the_start_nor_the_multiplexer_but_is_unhealthy()
    {
        var builder = Builder(("ConnectionStrings:cache", $"127.0.0.1:{FreePort()},connectTimeout=200,asyncTimeout=300"));
        builder.AddRedisClient("cache");
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(5));
        var connection = host.Services.GetRequiredService<IConnectionMultiplexer>();
        var entry = await HealthOf(host, "StackExchange.Redis");
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.False(connection.IsConnected);
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
    }

    [Fact]
    public async Task A_Redis_command_is_a_child_of_the_span_it_ran_in()
    {
        var port = FreePort();
        using var garnet = new GarnetServer(["--bind", "127.0.0.1", "--port", $"{port}", "--memory", "64m", "--index", "1m", "-q"]);
        garnet.Start();
        var spans = new List<Activity>();
        using var source = new ActivitySource(nameof(StandInTests));
        var builder = Builder(("ConnectionStrings:cache", $"127.0.0.1:{port}"));
        builder.AddRedisClient("cache");
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(source.Name).AddInMemoryExporter(spans));
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        Activity? request;
        using (request = source.StartActivity("request"))
        {
            await redis.StringSetAsync("key", "value");
        }

        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(request);
        var command = Assert.Single(spans, span => span.DisplayName == "SET");
        Assert.Equal(request.SpanId, command.ParentSpanId);
        Assert.Equal(request.TraceId, command.TraceId);
        Assert.Equal("redis", command.GetTagItem("db.system.name"));
        Assert.Equal(port, command.GetTagItem("server.port"));
        Assert.InRange(command.Duration, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(spans, span => span.TagObjects.Any(tag => tag.Value is "key" or "value"));
    }

    [Fact]
    public async Task A_Redis_that_answers_is_healthy()
    {
        var port = FreePort();
        using var garnet = new GarnetServer(["--bind", "127.0.0.1", "--port", $"{port}", "--memory", "64m", "--index", "1m", "-q"]);
        garnet.Start();
        var builder = Builder(("ConnectionStrings:cache", $"127.0.0.1:{port}"));
        builder.AddRedisClient("cache");
        using var host = builder.Build();

        Assert.Equal(HealthStatus.Healthy, (await HealthOf(host, "StackExchange.Redis")).Status);
    }

    [Fact]
    public void A_Qdrant_that_is_configured_but_cannot_be_used_stops_the_start_and_names_the_ways_out()
    {
        var builder = Builder(("ConnectionStrings:vectors", "Endpoint=http://127.0.0.1:6334;Key=x"));

        var error = Assert.Throws<InvalidOperationException>(() => builder.AddQdrantClient("vectors"));

        Assert.Contains("ConnectionStrings:vectors", error.Message);
        Assert.Contains("in-process", error.Message);
    }

    [Fact]
    public void No_Qdrant_configured_is_no_error() => Builder().AddQdrantClient("vectors");

    [Fact]
    public void Chat_and_embedding_models_each_keep_their_own_server_and_name()
    {
        var builder = Builder(
            ("ConnectionStrings:chat", "Endpoint=http://127.0.0.1:1;Model=talker"),
            ("ConnectionStrings:embeddings", "Endpoint=http://127.0.0.1:2;Model=embedder"));
        builder.AddOllamaApiClient("chat").AddChatClient();
        builder.AddOllamaApiClient("embeddings").AddEmbeddingGenerator();
        using var host = builder.Build();

        var chat = host.Services.GetRequiredService<IChatClient>().GetService<ChatClientMetadata>();
        var embeddings = host.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>()
            .GetService<EmbeddingGeneratorMetadata>();

        Assert.Equal((new Uri("http://127.0.0.1:1"), "talker"), (chat?.ProviderUri, chat?.DefaultModelId));
        Assert.Equal((new Uri("http://127.0.0.1:2"), "embedder"), (embeddings?.ProviderUri, embeddings?.DefaultModelId));
    }

    [Fact]
    public void A_missing_model_endpoint_is_reported_on_first_use_and_names_the_setting()
    {
        var builder = Builder();
        builder.AddOllamaApiClient("chat").AddChatClient();
        using var host = builder.Build();

        var error = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IOllamaApiClient>());

        Assert.Contains("ConnectionStrings:chat", error.Message);
    }

    private static HostApplicationBuilder Builder(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        return builder;
    }

    private static async Task<HealthReportEntry> HealthOf(IHost host, string check)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return report.Entries[check];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
