using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>The rights of a new API key.</summary>
/// <param name="Scopes">Any of read, write, operations.</param>
/// <param name="Collections">The collections that it may use; absent for all.</param>
public sealed record ApiKeyRequest(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    [property: Required, MinLength(1)] IReadOnlyList<string> Scopes,
    IReadOnlyList<string>? Collections) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Scopes.Except(RagAspire.Security.Scopes.All).Any())
        {
            yield return new ValidationResult("The scopes are read, write and operations.", [nameof(Scopes)]);
        }
    }
}

/// <summary>A new key with its secret, which is returned only once.</summary>
public sealed record ApiKeyCreated(ApiKey Key, string Secret);

/// <summary>Which entries of the audit log to list.</summary>
/// <param name="After">The <c>next</c> of the page before.</param>
public sealed record AuditListRequest(long? After, [property: Range(1, 500)] int Limit = 100);

/// <summary>The audit log and API keys.</summary>
internal static class OperationsApi
{
    public static RouteGroupBuilder MapOperations(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations").RequireAuthorization(Scopes.Operations).WithTags("Operations");
        group.MapGet("/audit", AuditAsync).WithSummary("List the audit log, newest first");
        group.MapGet("/api-keys", ListKeysAsync).WithSummary("List API keys");
        group.MapPost("/api-keys", CreateKeyAsync).WithSummary("Create an API key").ProducesValidationProblem();
        group.MapDelete("/api-keys/{id}", RevokeKeyAsync).WithSummary("Revoke an API key");
        return api;
    }

    private static async Task<Ok<Page<AuditRecord>>> AuditAsync(
        [AsParameters] AuditListRequest request, AuditLog audit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await audit.ListAsync(request.After, request.Limit, cancellationToken));

    private static async Task<Ok<Page<ApiKey>>> ListKeysAsync(ApiKeyStore keys, CancellationToken cancellationToken) =>
        TypedResults.Ok(Page.Whole(await keys.ListAsync(cancellationToken)));

    private static async Task<Created<ApiKeyCreated>> CreateKeyAsync(
        ApiKeyRequest request, ClaimsPrincipal user, ApiKeyStore keys, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        foreach (var collection in request.Collections ?? [])
        {
            Collections.Named(collection, caller);
        }

        if (caller.Collections is not null && request.Collections is null)
        {
            throw new BadHttpRequestException(
                "This key is bound to collections and can only create keys that are bound to some of them.", StatusCodes.Status403Forbidden);
        }

        var (key, secret) = await keys.CreateAsync(
            request.Name, [.. request.Scopes.Distinct()], request.Collections, caller.Name, cancellationToken);
        return TypedResults.Created($"/api/v1/operations/api-keys/{key.Id}", new ApiKeyCreated(key, secret));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeKeyAsync(
        string id, ClaimsPrincipal user, ApiKeyStore keys, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(id, Caller.Of(user).Name, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NotFound("API key in use");
}
