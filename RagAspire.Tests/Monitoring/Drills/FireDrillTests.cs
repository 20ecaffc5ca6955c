using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring.Drills;

/// <summary>
/// Something breaks, the right alert arrives at the system's own record, and is over when the thing is mended. With the
/// real rules, only quicker, and the real Prometheus and Alertmanager.
/// </summary>
[Collection(Processes.Name)]
public sealed class FireDrillTests(Stores stores, WatchedSystem watched)
{
    private const string Alerts = "/api/v1/operations/alerts";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static int _texts;

    [Fact]
    public async Task PostgreSQL_stops_and_the_alert_is_kept_as_soon_as_it_is_back()
    {
        var parts = await watched.PartsAsync(stores);
        var drill = new Drill(parts);
        await parts.Postgres.StopPostgresAsync();
        try
        {
            await Eventually.TrueAsync(
                async () => (await parts.Prometheus.QueryAsync("""ALERTS{alertname="DatabaseDown", alertstate="firing"}""")).Count > 0,
                Patience, () => "Prometheus sees nothing.", TestContext.Current.CancellationToken);
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
    public async Task Redis_goes_and_not_one_request_fails()
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
    public async Task The_worker_is_killed_and_documents_that_wait_are_noticed()
    {
        var parts = await watched.PartsAsync(stores);
        var drill = new Drill(parts);
        await parts.System.Worker.KillAsync();
        Guid waiting;
        try
        {
            waiting = await parts.System.Client.UploadAsync("waiting.txt", NewText());

            // Nobody waits for minutes: it was uploaded five ago.
            await ExecuteAsync(parts, $"update document_contents set created_at = now() - interval '5 minutes' where document_id = '{waiting}'");
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
    public async Task The_model_gets_slow_and_answers_do_too()
    {
        var parts = await watched.PartsAsync(stores);
        var drill = new Drill(parts);
        await parts.System.Client.UploadAndWaitAsync("slow.txt", NewText());
        parts.Ollama.TokenDelay = TimeSpan.FromMilliseconds(300);
        try
        {
            await drill.SeenAsync("HighResponseTime", "firing", () => parts.System.Client.AskAsync($"What does fox number {Next()} jump over?"));
        }
        finally
        {
            parts.Ollama.TokenDelay = TimeSpan.Zero;
        }

        await drill.SeenAsync("HighResponseTime", "resolved");
    }

    [Fact]
    public async Task Requests_fail_for_our_fault_and_the_budget_of_their_objective_burns()
    {
        var parts = await watched.PartsAsync(stores);
        var drill = new Drill(parts);

        // The database answers, so it is no outage of it; what cannot be audited is not stored.
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
    public async Task A_job_fails_after_its_last_try_and_somebody_is_told()
    {
        var parts = await watched.PartsAsync(stores);
        await MaintenanceRig.FailAsync(parts);

        // It may fire already, for the same task that failed before.
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

    /// <summary>One drill, which looks only at alerts that began in it.</summary>
    /// <param name="since">For those that may have begun before.</param>
    private sealed class Drill(WatchedParts parts, DateTimeOffset? since = null)
    {
        private const int Clients = 3;
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
        private readonly DateTimeOffset _startedAt = since ?? TimeProvider.System.GetUtcNow();

        /// <param name="meanwhile">Done again and again, by several at once, until the alert is seen; must not fail.</param>
        public async Task SeenAsync(string name, string status, Func<Task>? meanwhile = null)
        {
            using var seen = new CancellationTokenSource();
            var busy = Task.WhenAll(Enumerable.Range(0, meanwhile is null ? 0 : Clients).Select(_ => RepeatAsync(meanwhile!, seen.Token)));
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
