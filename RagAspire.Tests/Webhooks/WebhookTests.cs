using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RagAspire.Maintenance.Tasks.CleanUp;
using RagAspire.Tests.Maintenance;
using RagAspire.Tests.Support;
using RagAspire.Webhooks;

namespace RagAspire.Tests.Webhooks;

public sealed class WebhookTests(Stores stores)
{
    private const string Secret = "a secret of sixteen characters";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_arrives_once_with_a_signature_that_the_receiver_can_compute()
    {
        await using var receiver = await HookReceiver.StartAsync();
        await using var host = await HostAsync(receiver.Address);
        var id = await DocumentAsync(host, "ready");
        await RunAsync(host);
        await RunAsync(host);

        var taken = Assert.Single(receiver.Events);
        Assert.Equal("document.ready", taken.Type);
        Assert.Equal(id, taken.Json["data"]!["id"]!.GetValue<Guid>());
        Assert.Equal(taken.Id, taken.Json["id"]!.GetValue<string>());
        using var mac = new HMACSHA256(Encoding.UTF8.GetBytes(Secret));
        var expected = Convert.ToBase64String(mac.ComputeHash(Encoding.UTF8.GetBytes($"{taken.Id}.{taken.Timestamp}.{taken.Body}")));
        Assert.Equal($"v1,{expected}", taken.Signature);
        var sentAt = long.Parse(taken.Timestamp, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - sentAt, 0, 60);
        Assert.Equal(DeliveryStatus.Delivered, Assert.Single(await ListAsync(host)).Status);
    }

    /// <summary>The first is an example of the specification; the second was computed with Python's hmac.</summary>
    [Theory]
    [InlineData(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData(Secret, "01890a5d-ac96-774b-bcce-b302099a8057", "v1,Azq+sEwHc5PJOgfGImOVCDU8njGdqXnS+6x+ux8D+rY=")]
    public void Signatures_are_those_of_the_specification(string secret, string id, string signature) =>
        Assert.Equal(signature, WebhookSignature.Of(secret, id, 1614265330, "{\"test\": 2432232314}"));

    [Fact]
    public async Task What_is_refused_is_sent_again_with_the_same_id_until_it_is_taken()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Answers.Enqueue(500);
        receiver.Answers.Enqueue(302);
        await using var host = await HostAsync(receiver.Address);
        await DocumentAsync(host, "failed");
        await RunAsync(host);
        var waiting = Assert.Single(await ListAsync(host));
        Assert.Equal((DeliveryStatus.Waiting, 1, 500, "It answers 500."),
            (waiting.Status, waiting.Attempts, waiting.ResponseStatus, waiting.Error));
        await DeliveredAsync(host, Patience);

        Assert.Equal(3, receiver.Events.Count);
        Assert.Single(receiver.Events.Select(taken => (taken.Id, taken.Body)).Distinct());
        var delivered = Assert.Single(await ListAsync(host));
        Assert.Equal((3, 204, null), (delivered.Attempts, delivered.ResponseStatus, delivered.Error));
    }

    [Theory]
    [InlineData(false, "127.0.0.1 is at 127.0.0.1, which is not a public address.")]
    [InlineData(true, "It does not answer within")]
    public async Task Private_addresses_and_slow_receivers_are_not_waited_for(bool allowed, string error)
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Delay = TimeSpan.FromMinutes(1);
        await using var host = await HostAsync(receiver.Address, new Dictionary<string, string?>
        {
            ["Webhooks:chat:AllowPrivateAddresses"] = $"{allowed}",
            ["Webhooks:chat:Timeout"] = "00:00:00.5",
        });
        await DocumentAsync(host, "ready");
        await RunAsync(host);
        Assert.Contains(error, Assert.Single(await ListAsync(host)).Error);
        Assert.Equal(allowed ? 1 : 0, receiver.Events.Count);
    }

    [Fact]
    public async Task Every_kind_of_event_comes_from_its_table_and_only_wanted_ones_are_delivered()
    {
        await using var all = await HookReceiver.StartAsync();
        await using var some = await HookReceiver.StartAsync();
        await using var host = await HostAsync(all.Address, new Dictionary<string, string?>
        {
            ["Webhooks:pager:Url"] = $"{some.Address}",
            ["Webhooks:pager:Secret"] = Secret,
            ["Webhooks:pager:AllowPrivateAddresses"] = "true",
            ["Webhooks:pager:Events:0"] = "backup.failed",
            ["Webhooks:pager:Events:1"] = "alert.firing",
        });
        await DocumentAsync(host, "ready");
        await DocumentAsync(host, "failed");
        await host.ExecuteAsync("""
            insert into alerts (fingerprint, starts_at, status, name, labels, annotations) values ('f', now(), 'firing', 'A', '{}', '{}');
            update alerts set status = 'resolved', ends_at = now();
            insert into backups (id, status, created_at, place, actor) select n, 'running', now(), 'p', 'a' from unnest('{1,2}'::text[]) n;
            update backups set status = 'complete' where id = '1';
            update backups set status = 'verified' where id = '1';
            update backups set status = 'failed', error = 'full' where id = '2';
            insert into sources (name) values ('shelf');
            update sources set is_failing = true, error = 'away';
            update sources set is_failing = true, error = 'still away';
            insert into api_keys (id, name, sha256, scopes, budget_amount, budget_period)
                values ('k', 'website', '\x00', '{read}', 1, 'month');
            insert into model_usage values ('k', date_trunc('hour', now()), 'default', 'm', 'chat', 'CURRENCY', 1, 1, 1, 0, 2)
            """.Replace("CURRENCY", host.Get<IOptions<RagAspire.Usage.UsageOptions>>().Value.Currency));
        var budgets = host.Get<SpentBudgets>();
        await budgets.LookAsync(Token);
        await new SpentBudgets(
            host.Get<RagAspire.Usage.Budgets.BudgetStore>(), host.Get<WebhookStore>(), host.Get<IOptions<WebhookOptions>>(),
            TimeProvider.System).LookAsync(Token);
        await DeliveredAsync(host, Patience);

        Assert.Equal(WebhookEvents.All.Order(), all.Events.Select(taken => taken.Type).Order());
        Assert.Equal(["alert.firing", "backup.failed"], some.Events.Select(taken => taken.Type).Order());
        Assert.Equal("website", all.Events.Single(taken => taken.Type == "budget.spent").Json["data"]!["key"]!.GetValue<string>());
        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from webhook_events"));
    }

    [Fact]
    public async Task A_claim_of_a_process_that_died_expires_and_its_late_answer_counts_no_more()
    {
        await using var receiver = await HookReceiver.StartAsync();
        await using var host = await HostAsync(receiver.Address);
        await DocumentAsync(host, "ready");
        var store = host.Get<WebhookStore>();
        await store.DistributeAsync(host.Get<IOptions<WebhookOptions>>().Value.All, Token);
        var claimed = Assert.Single(await store.ClaimAsync("chat", 8, TimeSpan.FromMinutes(1), Token));
        await RunAsync(host);
        Assert.Empty(receiver.Events);

        await host.ExecuteAsync("update webhook_deliveries set claimed_until = now() - interval '1 second'");
        await RunAsync(host);
        Assert.Single(receiver.Events);
        Assert.Equal(0, await store.EndAsync(claimed, 500, "late", TimeSpan.FromSeconds(1), Token));
        Assert.Equal(DeliveryStatus.Delivered, Assert.Single(await ListAsync(host)).Status);
    }

    [Fact]
    public async Task What_nobody_takes_is_given_up_and_removed_some_days_later()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Answers.Enqueue(500);
        await using var host = await HostAsync(
            receiver.Address, new Dictionary<string, string?> { ["Webhooks:chat:GiveUpAfter"] = "00:00:00.01" });
        await DocumentAsync(host, "ready");
        await RunAsync(host);
        Assert.Equal(DeliveryStatus.Failed, Assert.Single(await ListAsync(host)).Status);
        await host.ExecuteAsync("update webhook_deliveries set webhook = 'gone', status = 'waiting', next_attempt_at = now() - interval '2 hours'");
        await RunAsync(host);
        Assert.Equal("The webhook is not configured any more.", Assert.Single(await ListAsync(host)).Error);

        var report = new RagAspire.Maintenance.ReportBuilder();
        await host.ExecuteAsync("update webhook_deliveries set finished_at = now() - interval '15 days'");
        await host.Get<OldRecords>().CleanAsync(report, dryRun: false, Token);
        Assert.Contains("1 old deliveries to webhooks removed.", report.Build().Notes);
        Assert.Empty(await ListAsync(host));
    }

    [Fact]
    public void Pauses_grow_up_to_six_hours_within_a_day()
    {
        var webhook = new Webhook();
        Assert.Equal(TimeSpan.FromSeconds(5), WebhookDispatcher.PauseAfter(webhook, 1, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(45), WebhookDispatcher.PauseAfter(webhook, 3, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromHours(6), WebhookDispatcher.PauseAfter(webhook, 30, TimeSpan.Zero));
        Assert.Null(WebhookDispatcher.PauseAfter(webhook, 30, TimeSpan.FromHours(19)));
    }

    [Theory]
    [InlineData("Url", "ftp://example.com", "Webhooks:chat:Url")]
    [InlineData("Url", "not absolute", "Webhooks:chat:Url")]
    [InlineData("Secret", "short", "Webhooks:chat:Secret")]
    [InlineData("Secret", "whsec_this is not base64", "Webhooks:chat:Secret")]
    [InlineData("Events:0", "document.read", "Webhooks:chat:Events")]
    [InlineData("Timeout", "01:00:00", "Webhooks:chat:Timeout")]
    [InlineData("Timeout", "soon", "Webhooks:chat:Timeout")]
    [InlineData("Secrets", "a misspelt setting", "Webhooks:chat:Secrets")]
    public async Task Wrong_settings_are_one_sentence_that_names_them(string setting, string value, string named)
    {
        await using var core = await CoreServices.CreateAsync(stores, settings: new Dictionary<string, string?>
        {
            ["Webhooks:chat:Url"] = "https://example.com/",
            ["Webhooks:chat:Secret"] = Secret,
            [$"Webhooks:chat:{setting}"] = value,
        });
        var thrown = Assert.ThrowsAny<Exception>(() => core.Get<IStartupValidator>().Validate());
        var description = ConfigurationErrors.Describe(thrown);
        Assert.Contains(named, description);
        Assert.DoesNotContain(value == "short" ? "short" : "\n", description);
    }

    private async Task<MaintenanceHost> HostAsync(Uri receiver, IReadOnlyDictionary<string, string?>? more = null)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Webhooks:chat:Url"] = $"{receiver}hook",
            ["Webhooks:chat:Secret"] = Secret,
            ["Webhooks:chat:AllowPrivateAddresses"] = "true",
            ["Webhooks:chat:RetryDelay"] = "00:00:00.1",
        };
        foreach (var (name, value) in more ?? new Dictionary<string, string?>())
        {
            settings[name] = value;
        }

        return await MaintenanceHost.CreateAsync(await stores.CreateMigratedAsync(), stores.Redis, settings);
    }

    /// <summary>A document whose processing ends like this.</summary>
    private static async Task<Guid> DocumentAsync(MaintenanceHost host, string status)
    {
        var id = Guid.CreateVersion7();
        await host.ExecuteAsync($"""
            insert into documents (id, collection, name, content_type, size_bytes, sha256)
            values ('{id}', 'default', 'a.txt', 'text/plain', 5, sha256('{id}'::bytea));
            update documents set status = 'processing' where id = '{id}';
            update documents set status = '{status}' where id = '{id}';
            update documents set status = '{status}' where id = '{id}'
            """);
        return id;
    }

    private static Task<bool> RunAsync(MaintenanceHost host) => host.Get<WebhookDispatcher>().RunAsync(Token);

    private static async Task<IReadOnlyList<WebhookDelivery>> ListAsync(MaintenanceHost host) =>
        (await host.Get<WebhookStore>().ListAsync(new DeliveryFilter(null, null, null, 100), Token)).Items;

    private static Task DeliveredAsync(MaintenanceHost host, TimeSpan patience) => Eventually.TrueAsync(
        async () =>
        {
            await RunAsync(host);
            return (await ListAsync(host)).All(delivery => delivery.Status == DeliveryStatus.Delivered);
        },
        patience, () => "Not everything is delivered.", Token);
}
