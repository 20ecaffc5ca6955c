using RagAspire.Embedded;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Webhooks;

/// <summary>Webhooks of the real processes.</summary>
[Collection(Processes.Systems)]
public sealed class WebhookSystemTests(Stores stores)
{
    private const string Path = "/api/v1/operations/webhooks/deliveries";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_survives_a_receiver_that_is_down_and_a_worker_that_is_killed()
    {
        var port = FreePort.Next();
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["Webhooks__chat__Url"] = $"http://127.0.0.1:{port}/hook",
                ["Webhooks__chat__Secret"] = "a secret of a real system",
                ["Webhooks__chat__AllowPrivateAddresses"] = "true",
                ["Webhooks__chat__RetryDelay"] = "00:00:00.2",
                ["Webhooks__chat__Events__0"] = "document.ready",
            },
        });
        var document = await system.Client.UploadAndWaitAsync("a.txt", "The fox sleeps."u8.ToArray());
        await Eventually.TrueAsync(
            async () => (await system.Client.GetAsync($"{Path}?status=waiting"))["items"]!.AsArray()
                .Any(delivery => delivery!["attempts"]!.GetValue<int>() > 0),
            TimeSpan.FromSeconds(30), () => $"Nothing is tried.\n{system.Worker.Output}", Token);
        await system.Worker.KillAsync(Token);

        await using var receiver = await HookReceiver.StartAsync(port);
        await system.Worker.StartAsync(Token);
        await Eventually.TrueAsync(
            async () => (await system.Client.GetAsync($"{Path}?webhook=chat&status=delivered"))["items"]!.AsArray().Count == 1,
            TimeSpan.FromSeconds(90), () => $"Nothing is delivered.\n{system.Worker.Output}", Token);
        Assert.All(receiver.Events, taken => Assert.Equal(document.Id, taken.Json["data"]!["id"]!.GetValue<Guid>()));
        Assert.Single(receiver.Events.Select(taken => taken.Id).Distinct());
        using var refused = await system.Client.Http.GetAsync($"{Path}?status=gone", Token);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
    }
}
