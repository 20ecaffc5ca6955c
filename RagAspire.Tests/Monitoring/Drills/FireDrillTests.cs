using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring.Drills;

/// <summary>
/// Something breaks, the right alert arrives in the alert history of the API, and is resolved after the repair. The rules are
/// the real ones with shorter windows, and so are Prometheus and Alertmanager.
/// </summary>
[Collection(Processes.Watched)]
public sealed class FireDrillTests(Stores stores, WatchedSystem watched)
{
    private const string Alerts = "/api/v1/operations/alerts";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static int _texts;

    [Fact]
    public async Task When_PostgreSQL_stops_the_alert_is_recorded_as_soon_as_it_is_back()
    {
        var parts = await watched.PartsAsync(stores);
        var drill = new Drill(parts);
        await parts.Postgres.StopPostgresAsync();
        try
        {
            await Eventually.TrueAsync(
                async () =>
                    (await parts.Prometheus.QueryAsync("""ALERTS{alertname="DatabaseDown", alertstate="firing"}""")).Count > 0,
                Patience, () => "DatabaseDown does not fire.", TestContext.Current.CancellationToken);
            using var refused = await parts.System.Client.TrySendAsync(HttpMethod.Get, Alerts);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }
        finally
        {
            await parts.Postgres.StartPostgresAsync();
        }

        await drill.SeenAsync("DatabaseDown", "firing");
        await drill.SeenAsync("DatabaseDown", "resolved");
    }

    [Fact]
    public async Task When_Redis_stops_an_alert_fires_and_no_request_fails()
    {
        var parts = await watched.PartsAsync(stores);
        var drill = new Drill(parts);
        await parts.Redis.StopAsync(TestContext.Current.CancellationToken);
        try
        {
            await drill.SeenAsync("RedisDown", "firing", () => parts.System.Client.SearchAsync("fox"));
        }
        finally
        {
            parts.Redis.Start();
        }

        await drill.SeenAsync("RedisDown", "resolved", () => parts.System.Client.SearchAsync("fox"));
    }

    [Fact]
    public async Task When_the_worker_is_killed_an_alert_fires_for_waiting_documents()
    {
        var parts = await watched.PartsAsync(stores);
        var drill = new Drill(parts);
        await parts.System.Worker.KillAsync();
        Guid waiting;
        try
        {
            waiting = await parts.System.Client.UploadAsync("waiting.txt", NewText());

            // Pretends that the upload was five minutes ago, so that the test need not wait so long.
            await ExecuteAsync(
                parts, $"update document_contents set created_at = now() - interval '5 minutes' where document_id = '{waiting}'");
            await drill.SeenAsync("IngestionStuck", "firing");
            await drill.SeenAsync("WorkerDown", "firing");
        }
        finally
        {
            await parts.System.Worker.StartAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("ready", (await parts.System.Client.ProcessedAsync(waiting))["status"]!.GetValue<string>());
        await drill.SeenAsync("IngestionStuck", "resolved");
        await drill.SeenAsync("WorkerDown", "resolved");
    }

    [Fact]
    public async Task When_the_model_gets_slow_an_alert_fires_for_slow_answers()
    {
        var parts = await watched.PartsAsync(stores);
        var drill = new Drill(parts);
        await parts.System.Client.UploadAndWaitAsync("slow.txt", NewText());
        parts.Ollama.TokenDelay = TimeSpan.FromMilliseconds(300);
        try
        {
            await drill.SeenAsync(
                "HighResponseTime", "firing", () => parts.System.Client.AskAsync($"What does fox number {Next()} jump over?"));
        }
        finally
        {
            parts.Ollama.TokenDelay = TimeSpan.Zero;
        }

        await drill.SeenAsync("HighResponseTime", "resolved");
    }

    [Fact]
    public async Task When_requests_fail_the_error_budget_burns()
    {
        var parts = await watched.PartsAsync(stores);
        var drill = new Drill(parts);

        // Without the audit log an upload fails with 500, although the database answers.
        await ExecuteAsync(parts, "alter table audit_logs rename to audit_logs_away");
        try
        {
            await drill.SeenAsync("HighErrorRate", "firing", FailAsync);
            await drill.SeenAsync("IngestionAvailabilityBurn", "firing", FailAsync);
        }
        finally
        {
            await ExecuteAsync(parts, "alter table audit_logs_away rename to audit_logs");
        }

        await drill.SeenAsync("HighErrorRate", "resolved");
        await drill.SeenAsync("IngestionAvailabilityBurn", "resolved");

        async Task FailAsync()
        {
            using var response = await parts.System.Client.PostFileAsync("failing.txt", NewText());
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        }
    }

    [Fact]
    public async Task When_a_job_fails_for_good_an_alert_fires()
    {
        var parts = await watched.PartsAsync(stores);
        await MaintenanceRig.FailAsync(parts);

        // The alert may be firing already, because the same task failed before.
        await new Drill(parts, since: DateTimeOffset.MinValue).SeenAsync("JobFailed", "firing");
    }

    private static async Task ExecuteAsync(WatchedParts parts, string sql)
    {
        await using var source = NpgsqlDataSource.Create(parts.Postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static int Next() => Interlocked.Increment(ref _texts);

    private static byte[] NewText() => Encoding.UTF8.GetBytes($"In drill number {Next()} the fox jumps over the lazy dog.");

    /// <summary>One drill; ignores alerts that began before it.</summary>
    /// <param name="since">An earlier start, for alerts that may have begun before.</param>
    private sealed class Drill(WatchedParts parts, DateTimeOffset? since = null)
    {
        private const int Clients = 3;
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
        private readonly DateTimeOffset _startedAt = since ?? TimeProvider.System.GetUtcNow();

        /// <param name="meanwhile">Repeated by several clients until the alert is seen; must not fail.</param>
        public async Task SeenAsync(string name, string status, Func<Task>? meanwhile = null)
        {
            using var seen = new CancellationTokenSource();
            var busy = Task.WhenAll(
                Enumerable.Range(0, meanwhile is null ? 0 : Clients).Select(_ => RepeatAsync(meanwhile!, seen.Token)));
            try
            {
                await SeenAsync(name, status);
            }
            finally
            {
                await seen.CancelAsync();
            }

            await busy;
        }

        private static async Task RepeatAsync(Func<Task> work, CancellationToken until)
        {
            while (!until.IsCancellationRequested)
            {
                await work();
                await Task.Delay(Pause, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        private async Task SeenAsync(string name, string status)
        {
            JsonNode? page = null;
            await Eventually.TrueAsync(
                async () =>
                {
                    using var response = await parts.System.Client.TrySendAsync(HttpMethod.Get, Alerts);
                    page = await RagClient.JsonAsync(response);
                    return response.IsSuccessStatusCode && page["items"]!.AsArray().Any(alert =>
                        alert!["name"]!.GetValue<string>() == name
                        && alert["status"]!.GetValue<string>() == status
                        && alert["startsAt"]!.GetValue<DateTimeOffset>() >= _startedAt);
                },
                Patience,
                () => $"{name} is not {status}: {page}",
                TestContext.Current.CancellationToken);
        }
    }
}
