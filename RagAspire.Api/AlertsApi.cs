using System.Collections.ObjectModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Monitoring;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>A notification of Alertmanager's webhook, version 4, without the fields that are not used.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record AlertNotification(
    [property: Required, RegularExpression("4", ErrorMessage = "Only version 4 of Alertmanager's webhook is supported.")] string? Version,
    [property: Required, MinLength(1), MaxLength(1000)] IReadOnlyList<NotifiedAlert>? Alerts);

/// <summary>One alert of a notification.</summary>
/// <param name="Labels">With <c>alertname</c>.</param>
/// <param name="EndsAt">Only meaningful for a resolved alert.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record NotifiedAlert(
    [property: Required] AlertStatus? Status,
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
            yield return new ValidationResult("An alert must have the label alertname.", [nameof(Labels)]);
        }

        if (Status == AlertStatus.Resolved && (EndsAt is null || EndsAt < StartsAt))
        {
            yield return new ValidationResult("A resolved alert must end after its start.", [nameof(EndsAt)]);
        }
    }

    internal AlertUpdate ToUpdate() => new(
        Fingerprint!,
        StartsAt!.Value,
        Status == AlertStatus.Resolved ? EndsAt : null,
        Labels!,
        Annotations ?? ReadOnlyDictionary<string, string>.Empty,
        GeneratorURL);
}

/// <summary>Which alerts to list.</summary>
/// <param name="After">The <c>next</c> of the page before.</param>
public sealed record AlertListRequest(
    [property: OneOf<AlertStatus>] string? Status,
    long? After,
    [property: Range(1, 500)] int Limit = 100);

/// <summary>The history of alerts: written by Alertmanager, read by operators.</summary>
internal static class AlertsApi
{
    public static RouteGroupBuilder MapAlerts(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations/alerts").WithTags("Operations").ProducesValidationProblem();
        group.MapPost("", ReceiveAsync).RequireAuthorization(Scopes.AlertsWrite).WithSummary("Receive a notification of Alertmanager (webhook, version 4)");
        group.MapGet("", ListAsync).RequireAuthorization(Scopes.OperationsRead, Policies.WholeSystem).WithSummary("List alerts, newest first");
        return api;
    }

    private static async Task<NoContent> ReceiveAsync(
        AlertNotification notification, AlertStore alerts, CancellationToken cancellationToken)
    {
        await alerts.ReceiveAsync([.. notification.Alerts!.Select(alert => alert.ToUpdate())], cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Page<AlertRecord>>> ListAsync(
        [AsParameters] AlertListRequest request, AlertStore alerts, CancellationToken cancellationToken) => TypedResults.Ok(
        await alerts.ListAsync(EnumWords.Parse<AlertStatus>(request.Status), request.After, request.Limit, cancellationToken));
}
