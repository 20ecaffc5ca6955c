using System.Globalization;
using System.Text;
using RagAspire.Outbound;

namespace RagAspire.Webhooks;

/// <summary>How an attempt ended.</summary>
/// <param name="Status">What the receiver answered; null when it did not.</param>
/// <param name="Error">Null when the event was taken.</param>
public sealed record WebhookResult(int? Status, string? Error);

/// <summary>Posts events, to public addresses only unless a webhook allows others.</summary>
public sealed class WebhookSender(GuardedConnection connection, TimeProvider time) : IDisposable
{
    private readonly HttpClient _public = Client(connection, allowPrivateAddresses: false);
    private readonly HttpClient _any = Client(connection, allowPrivateAddresses: true);

    public async Task<WebhookResult> SendAsync(Webhook webhook, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(webhook.Timeout);
        try
        {
            using var request = RequestOf(webhook, delivery);
            using var response = await (webhook.AllowPrivateAddresses ? _any : _public)
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
            var status = (int)response.StatusCode;
            return status switch
            {
                >= 200 and < 300 => new WebhookResult(status, null),
                >= 300 and < 400 => new WebhookResult(status, $"It answers {status}, and redirects are not followed."),
                _ => new WebhookResult(status, $"It answers {status}."),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookResult(null, $"It does not answer within {webhook.Timeout}.");
        }
        catch (HttpRequestException ex)
        {
            return new WebhookResult(null, GuardedConnection.Reason(ex));
        }
    }

    public void Dispose()
    {
        _public.Dispose();
        _any.Dispose();
    }

    private static HttpClient Client(GuardedConnection connection, bool allowPrivateAddresses) =>
        new(connection.CreateHandler(allowPrivateAddresses)) { Timeout = Timeout.InfiniteTimeSpan };

    private HttpRequestMessage RequestOf(Webhook webhook, WebhookDelivery delivery)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url)
        {
            Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("User-Agent", "RagAspire/1.0");
        request.Headers.Add("webhook-id", $"{delivery.EventId}");
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(
            "webhook-signature", WebhookSignature.Of(webhook.Secret, $"{delivery.EventId}", timestamp, delivery.Body));
        return request;
    }
}
