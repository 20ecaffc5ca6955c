using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace RagAspire.Webhooks;

/// <summary>All webhooks by name; section <c>Webhooks</c>, whose children are the names.</summary>
public sealed partial class WebhookOptions : IValidatableObject
{
    public const string Section = "Webhooks";

    public IDictionary<string, Webhook> All { get; } = new Dictionary<string, Webhook>(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, webhook) in All)
        {
            if (!Name().IsMatch(name))
            {
                yield return new ValidationResult(
                    "The name of a webhook is 1 to 64 lower-case letters, digits, '_' or '-'.", [name]);
            }

            foreach (var (setting, reason) in webhook.Problems())
            {
                yield return new ValidationResult(reason, [$"{name}:{setting}"]);
            }
        }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,63}\z")]
    private static partial Regex Name();
}

/// <summary>An address that is told of events; section <c>Webhooks:&lt;name&gt;</c>.</summary>
public sealed class Webhook
{
    private const int ShortestSecret = 16;

    /// <summary>Where events are posted to, with http or https.</summary>
    public Uri? Url { get; set; }

    /// <summary>The key of the signature: at least 16 characters, or <c>whsec_</c> and base64.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The types of events, such as <c>document.ready</c>; without any, all.</summary>
    public IList<string> Events { get; } = [];

    /// <summary>The address may be of this machine or its network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause before the second attempt; each further one waits three times as long, up to six hours.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long an event is tried.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);

    public bool Wants(string type) => Events.Count == 0 || Events.Contains(type);

    /// <summary>The faults, by setting.</summary>
    internal IEnumerable<(string Setting, string Reason)> Problems()
    {
        if (Url is not { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "" })
        {
            yield return (nameof(Url), "Url must be an address with http or https.");
        }

        if (Secret.Length < ShortestSecret || WebhookSignature.KeyOf(Secret) is not { Length: > 0 })
        {
            yield return (nameof(Secret), "Secret must be 16 or more characters, or whsec_ and base64.");
        }

        if (Events.FirstOrDefault(type => !WebhookEvents.All.Contains(type)) is { } unknown)
        {
            yield return (nameof(Events), $"There is no event '{unknown}'; the events are {string.Join(", ", WebhookEvents.All)}.");
        }

        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromMinutes(1))
        {
            yield return (nameof(Timeout), "Timeout must be 00:00:00.1 to 00:01:00.");
        }

        if (RetryDelay < TimeSpan.FromMilliseconds(100) || RetryDelay > TimeSpan.FromHours(1))
        {
            yield return (nameof(RetryDelay), "RetryDelay must be 00:00:00.1 to 01:00:00.");
        }

        if (GiveUpAfter <= TimeSpan.Zero || GiveUpAfter > TimeSpan.FromDays(7))
        {
            yield return (nameof(GiveUpAfter), "GiveUpAfter must be more than 0 and at most 7 days.");
        }
    }
}
