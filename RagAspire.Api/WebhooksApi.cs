using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Security;
using RagAspire.Webhooks;

namespace RagAspire.Api;

/// <summary>Which deliveries to list.</summary>
/// <param name="Webhook">The name of a webhook; all when absent.</param>
/// <param name="After">The <c>next</c> of the page before.</param>
public sealed record DeliveryListRequest(
    [property: StringLength(64)] string? Webhook,
    [property: OneOf<DeliveryStatus>] string? Status,
    [property: GuidCursor] string? After,
    [property: Range(1, 200)] int Limit = 50);

/// <summary>What webhooks were told, and what they did not take.</summary>
internal static class WebhooksApi
{
    public static RouteGroupBuilder MapWebhooks(this RouteGroupBuilder api)
    {
        api.MapGroup("/operations/webhooks").WithTags("Operations").ProducesValidationProblem()
            .MapGet("/deliveries", ListAsync).RequireAuthorization(Scopes.OperationsRead, Policies.WholeSystem)
            .WithSummary("List deliveries of events, newest first");
        return api;
    }

    private static async Task<Ok<Page<WebhookDelivery>>> ListAsync(
        [AsParameters] DeliveryListRequest request, WebhookStore deliveries, CancellationToken cancellationToken)
    {
        var filter = new DeliveryFilter(
            request.Webhook,
            EnumWords.Parse<DeliveryStatus>(request.Status),
            GuidCursorAttribute.Parse(request.After),
            request.Limit);
        return TypedResults.Ok(await deliveries.ListAsync(filter, cancellationToken));
    }
}
