using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Models;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Diagnosis.Redis;
using RagAspire.Diagnosis.VectorIndex;
using RagAspire.Embedded;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis;

/// <summary>A diagnosis ends within five seconds with any store refused, black-holed, or silent, and says so.</summary>
public sealed class DeadStoreTests(Stores stores)
{
    // Of a network that is reserved for documentation, so that nothing answers, not even with a refusal.
    private const string BlackHole = "192.0.2.1";

    private const string ChatModel = "chat-model";
    private const string EmbeddingModel = "embedding-model";

    public static TheoryData<string, string> Deaths
    {
        get
        {
            var deaths = new TheoryData<string, string>();
            foreach (var store in new[] { "ragdb", "cache", "vectors", "chat", "embeddings", "prometheus", "all" })
            {
                foreach (var death in new[] { "refused", "black hole", "silent" })
                {
                    deaths.Add(store, death);
                }
            }

            return deaths;
        }
    }

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task A_diagnosis_ends_in_five_seconds_and_names_the_store(string store, string death)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var (host, port) = death switch
        {
            "refused" => ("127.0.0.1", FreePort.Next()),
            "black hole" => (BlackHole, 5432),
            _ => ("127.0.0.1", ((IPEndPoint)silent.LocalEndpoint).Port),
        };
        bool IsDead(string name) => store == name || store == "all";
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:ragdb"] = IsDead("ragdb")
                ? $"Host={host};Port={port};Username=x;Password=y;Database=z" : await stores.CreateDatabaseAsync(),
            ["ConnectionStrings:cache"] = IsDead("cache") ? $"{host}:{port}" : stores.Redis,
            ["ConnectionStrings:vectors"] = IsDead("vectors") ? $"Endpoint=http://{host}:{port}" : null,
            ["ConnectionStrings:chat"] = IsDead("chat") ? $"Endpoint=http://{host}:{port};Model={ChatModel}" : null,
            ["ConnectionStrings:embeddings"] = IsDead("embeddings") ? $"Endpoint=http://{host}:{port};Model={EmbeddingModel}" : null,
            ["Prometheus:Url"] = IsDead("prometheus") ? $"http://{host}:{port}" : "",
        };
        using var services = Build(settings);
        var start = Stopwatch.GetTimestamp();
        var report = await services.Services.GetRequiredService<DiagnosisService>()
            .DiagnoseAsync(range: null, TestContext.Current.CancellationToken);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 5);
        AssertNamed(report, IsDead);
    }

    [Fact]
    public async Task The_command_works_without_the_database_and_its_exit_code_is_2()
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__ragdb"] = $"Host=127.0.0.1;Port={FreePort.Next()};Username=x;Password=y;Database=z",
            ["ConnectionStrings__cache"] = stores.Redis,
        };
        var output = await WorkerCommand.RunAsync(2, environment, "diagnose", "--json", "--since", "30m");
        var report = JsonNode.Parse(output[output.IndexOf('{')..])!;
        Assert.Equal("critical", report["status"]!.GetValue<string>());
        Assert.InRange(report["tookMs"]!.GetValue<double>(), 1, 5000);

        var text = await WorkerCommand.RunAsync(2, environment, "diagnose");
        Assert.Contains("RAG-D02", text, StringComparison.Ordinal);
        Assert.Contains("Do:", text, StringComparison.Ordinal);
        Assert.Contains("figure   load per processor (machine): ", text, StringComparison.Ordinal);
        Assert.Contains("1m and 7d", await WorkerCommand.RunAsync(1, environment, "diagnose", "--since", "soon"), StringComparison.Ordinal);
    }

    private static void AssertNamed(DiagnosisReport report, Func<string, bool> isDead)
    {
        Assert.Equal(isDead("cache"), report.Findings.Any(finding => finding.Code == RedisCodes.Unreachable));
        Assert.Equal(isDead("vectors"), report.Findings.Any(finding => finding.Code == IndexCodes.Unreachable));
        Assert.Equal(
            new[] { ("chat", ChatModel), ("embeddings", EmbeddingModel) }.Where(model => isDead(model.Item1)).Select(model => model.Item2),
            report.Findings.Where(finding => finding.Code == ModelCodes.Unreachable).Select(finding => finding.Subject));

        // Without the metrics of Prometheus, or any others, the causes are unknown, and nothing else is wrong.
        var causes = Assert.Single(report.Probes, probe => probe.Name == "causes");
        Assert.Equal(DiagnosisStatus.Unknown, causes.Status);
        Assert.Equal(isDead("prometheus"), causes.Reason!.Contains("Prometheus at http", StringComparison.Ordinal));
        Assert.True(!isDead("ragdb") || (report.Findings is [var first, ..] && IsWithoutDatabase(first.Code)));
    }

    private static bool IsWithoutDatabase(string code) => string.CompareOrdinal(code, PostgresCodes.NotInstalled) >= 0
        && string.CompareOrdinal(code, PostgresCodes.NoAnswer) <= 0;

    private static IHost Build(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.AddRagClients();
        builder.AddRagCore();
        return builder.Build();
    }
}
