using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RagAspire.Webhooks;

/// <summary>Delivers events to webhooks, at least once. Any number of processes may do it at the same time.</summary>
public sealed partial class WebhookDispatcher(
    WebhookStore store,
    WebhookSender sender,
    WebhookMetrics metrics,
    IOptions<WebhookOptions> options,
    TimeProvider time,
    ILogger<WebhookDispatcher> logger)
{
    /// <summary>At once to one webhook; the slowest of them ends the round.</summary>
    private const int AtOnce = 8;

    private const double Growth = 3;
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(30);

    /// <summary>Without webhooks events are only removed, which is not urgent.</summary>
    public bool HasWebhooks => options.Value.All.Count > 0;

    /// <summary>One round: distributes all events, and makes one attempt at the deliveries that are due.</summary>
    /// <returns>Whether there may be more to do at once.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var webhooks = options.Value.All;
        while (await store.DistributeAsync(webhooks, cancellationToken) > 0)
        {
            // Without webhooks this only removes the events.
        }

        await store.AbandonAsync(webhooks.Keys, cancellationToken);
        var sent = await Task.WhenAll(webhooks.Select(webhook => SendAsync(webhook.Key, webhook.Value, cancellationToken)));
        var oldest = await store.OldestAsync(cancellationToken);
        metrics.OldestAre([.. webhooks.Keys.Select(name => (name, oldest.GetValueOrDefault(name)))]);
        return sent.Any(count => count == AtOnce);
    }

    /// <summary>The pause after an attempt; null when the event is given up.</summary>
    internal static TimeSpan? PauseAfter(Webhook webhook, int attempts, TimeSpan age)
    {
        var pause = Math.Min(webhook.RetryDelay.TotalSeconds * Math.Pow(Growth, attempts - 1), LongestPause.TotalSeconds);
        return age + TimeSpan.FromSeconds(pause) > webhook.GiveUpAfter ? null : TimeSpan.FromSeconds(pause);
    }

    private async Task<int> SendAsync(string name, Webhook webhook, CancellationToken cancellationToken)
    {
        var claimed = await store.ClaimAsync(name, AtOnce, webhook.Timeout + Spare, cancellationToken);
        await Task.WhenAll(claimed.Select(delivery => SendAsync(webhook, delivery, cancellationToken)));
        return claimed.Count;
    }

    private async Task SendAsync(Webhook webhook, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var (status, error) = await sender.SendAsync(webhook, delivery, cancellationToken);
        var pause = error is null ? null : PauseAfter(webhook, delivery.Attempts, time.GetUtcNow() - delivery.CreatedAt);
        await store.EndAsync(delivery, status, error, pause, CancellationToken.None);
        metrics.Attempted(delivery.Webhook, error is null ? "delivered" : pause is null ? "failed" : "retried");
        if (error is not null && pause is null)
        {
            Log.GivenUp(logger, delivery.Webhook, delivery.Type, delivery.EventId, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The webhook {Webhook} did not take {Type} {EventId}, which is given up: {Error}")]
        public static partial void GivenUp(ILogger logger, string webhook, string type, Guid eventId, string error);
    }
}
