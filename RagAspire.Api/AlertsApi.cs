using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Monitoring;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>What Alertmanager's webhook sends, version 4; what is not needed here is left out.</summary>
public sealed record AlertNotification(
    [property: Required, RegularExpression("4", ErrorMessage = "Only version 4 of Alertmanager's webhook is understood.")] string? Version,
    [property: Required, MinLength(1), MaxLength(1000)] IReadOnlyList<NotifiedAlert>? Alerts);

/// <summary>One alert of a notification.</summary>
/// <param name="Labels">With <c>alertname</c>.</param>
/// <param name="EndsAt">Of a resolved alert; of one that fires it says nothing.</param>
public sealed record NotifiedAlert(
    [property: Required, RegularExpression("firing|resolved", ErrorMessage = "The status is firing or resolved.")] string? Status,
    [property: Required] IReadOnlyDictionary<string, string>? Labels,
    IReadOnlyDictionary<string, string>? Annotations,
    [property: Required] DateTimeOffset? StartsAt,
    DateTimeOffset? EndsAt,
    [property: StringLength(4000)] string? GeneratorURL,
    [property: Required, StringLength(200, MinimumLength = 1)] string? Fingerprint) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Labels?.GetValueOrDefault("alertname")))
        {
            yield return new ValidationResult("An alert has the label alertname.", [nameof(Labels)]);
        }

        if (Status == "resolved" && (EndsAt is null || EndsAt < StartsAt))
        {
            yield return new ValidationResult("A resolved alert ends after it began.", [nameof(EndsAt)]);
        }
    }

    internal AlertUpdate ToNews() => new(
        Fingerprint!, StartsAt!.Value, Status == "resolved" ? EndsAt : null, Labels!, Annotations ?? new Dictionary<string, string>(), GeneratorURL);
}

/// <summary>Which alerts to list.</summary>
/// <param name="After">The cursor from the page before.</param>
public sealed record AlertListRequest(
    [property: RegularExpression("firing|resolved", ErrorMessage = "The status is firing or resolved.")] string? Status,
    long? After,
    [property: Range(1, 500)] int Limit = 100);

/// <summary>Alerts: Alertmanager tells them here, and people read here what there was.</summary>
internal static class AlertsApi
{
    public static RouteGroupBuilder MapAlerts(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations/alerts").RequireAuthorization(Scopes.Operations).WithTags("Operations").ProducesValidationProblem();
        group.MapPost("", ReceiveAsync).WithSummary("Take a notification of Alertmanager (its webhook, version 4)");
        group.MapGet("", ListAsync).WithSummary("List alerts, newest first");
        return api;
    }

    private static async Task<NoContent> ReceiveAsync(AlertNotification notification, AlertStore alerts, CancellationToken cancellationToken)
    {
        await alerts.ReceiveAsync([.. notification.Alerts!.Select(alert => alert.ToNews())], cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Page<AlertRecord>>> ListAsync(
        [AsParameters] AlertListRequest request, AlertStore alerts, CancellationToken cancellationToken)
    {
        var status = request.Status is { Length: > 0 } word ? word : null;
        return TypedResults.Ok(await alerts.ListAsync(status, request.After, request.Limit, cancellationToken));
    }
}
