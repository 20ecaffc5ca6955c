using System.Diagnostics;
using System.Net.Http.Headers;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Postgres;

/// <summary>The database doctor over HTTP, also while the database is dead.</summary>
public sealed class DatabaseDoctorApiTests(Stores stores, SharedSystem shared)
{
    private const string Path = "/api/v1/operations/diagnostics/database";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_report_is_json_text_or_a_page()
    {
        var client = (await shared.SystemAsync(stores)).Client;

        var report = await client.GetAsync($"{Path}?indexes=true");

        Assert.NotEmpty(report["figures"]!.AsArray());
        Assert.Contains("connections at most", await TextAsync(client, "text/plain"), StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", await TextAsync(client, "text/html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_database_is_explained_within_five_seconds()
    {
        await using var postgres = await PrivatePostgres.StartAsync();
        await using var system = await RagSystem.StartAsync(stores,
            new RagSystemOptions { Database = postgres.ConnectionString });
        var codes = Array.Empty<string>();
        await Eventually.TrueAsync(
            async () =>
            {
                var report = await system.Client.GetAsync("/api/v1/operations/diagnostics");
                codes = [.. report["findings"]!.AsArray().Select(finding => finding!["code"]!.GetValue<string>())];
                return !Array.Exists(codes, code => string.CompareOrdinal(code, PostgresCodes.NotInstalled) >= 0);
            },
            TimeSpan.FromSeconds(40), () => $"A healthy system has {string.Join(", ", codes)}", Token);
        await postgres.StopPostgresAsync();

        var startedAt = Stopwatch.GetTimestamp();
        var report = await system.Client.GetAsync(Path);

        Assert.InRange(Stopwatch.GetElapsedTime(startedAt), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal("critical", report["status"]!.GetValue<string>());
        Assert.Equal(PostgresCodes.Refused, report["findings"]![0]!["code"]!.GetValue<string>());

        var diagnosis = await system.Client.GetAsync("/api/v1/operations/diagnostics");
        Assert.InRange(diagnosis["tookMs"]!.GetValue<double>(), 0, 5_000);
        Assert.Equal(PostgresCodes.Refused, diagnosis["findings"]![0]!["code"]!.GetValue<string>());
    }

    private static async Task<string> TextAsync(RagClient client, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        using var response = await client.Http.SendAsync(request, Token);
        return await response.Content.ReadAsStringAsync(Token);
    }
}
