using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>The rights of a new API key.</summary>
/// <param name="Scopes">Any of read, write, operations:read, operations:run, alerts:write, keys, admin.</param>
/// <param name="Collections">The collections that it may use; absent for all.</param>
/// <param name="Budget">What it may spend on models; absent for the default.</param>
/// <param name="Groups">Whose documents it sees, beside those without groups; absent for all documents.</param>
public sealed record ApiKeyRequest(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    [property: Required, MinLength(1), MaxLength(20)] IReadOnlyList<string> Scopes,
    [property: MaxLength(1000)] IReadOnlyList<string>? Collections,
    BudgetRequest? Budget = null,
    [property: MaxLength(GroupNames.MostOfKey)] IReadOnlyList<string>? Groups = null) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Scopes.Except(RagAspire.Security.Scopes.All).Any())
        {
            yield return new ValidationResult(
                $"The scopes are {string.Join(", ", RagAspire.Security.Scopes.All)}.", [nameof(Scopes)]);
        }

        if (Scopes.Contains(RagAspire.Security.Scopes.Admin) && Collections is not null)
        {
            yield return new ValidationResult("A key with the scope admin cannot be bound to collections.", [nameof(Collections)]);
        }

        if (Groups is not null && Scopes.Except([RagAspire.Security.Scopes.Read, RagAspire.Security.Scopes.Write]).Any())
        {
            yield return new ValidationResult(
                "A key with groups has the scopes read and write only: all others see or change every document.", [nameof(Groups)]);
        }

        if (Groups?.All(group => group is not null && GroupNames.IsValid(group)) == false)
        {
            yield return new ValidationResult(GroupNames.Rule, [nameof(Groups)]);
        }
    }
}

/// <summary>What a key may spend on models.</summary>
/// <param name="Amount">In the currency of the configured prices.</param>
/// <param name="Period">When the budget begins anew: day or month, in UTC.</param>
public sealed record BudgetRequest(
    [property: Range(
        typeof(decimal), "0.000001", "1000000000", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    decimal Amount,
    BudgetPeriod Period = BudgetPeriod.Month)
{
    internal Budget ToBudget() => new(Amount, Period);
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
        var group = api.MapGroup("/operations").WithTags("Operations");
        group.MapGet("/audit", AuditAsync).RequireAuthorization(Scopes.OperationsRead).WithSummary("List the audit log, newest first")
            .WithDescription("The entries of the key's collections; those without a collection only for the scope `admin`.");
        var keys = group.MapGroup("/api-keys").RequireAuthorization(Scopes.Keys);
        keys.MapGet("", ListKeysAsync).WithSummary("List API keys")
            .WithDescription("Those that have no more rights than the key of the request.");
        keys.MapPost("", CreateKeyAsync).WithSummary("Create an API key").ProducesValidationProblem()
            .WithDescription("A key gives only scopes and collections that it has itself; `admin` gives all.");
        keys.MapDelete("/{id}", RevokeKeyAsync).WithSummary("Revoke an API key");
        keys.MapPut("/{id}/budget", SetBudgetAsync).WithSummary("Set what a key may spend on models")
            .ProducesValidationProblem();
        keys.MapDelete("/{id}/budget", RemoveBudgetAsync).WithSummary("Let the default budget apply to a key");
        return api;
    }

    private static async Task<Ok<Page<AuditRecord>>> AuditAsync(
        [AsParameters] AuditListRequest request, ClaimsPrincipal user, AuditLog audit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await audit.ListAsync(Caller.Of(user), request.After, request.Limit, cancellationToken));

    private static async Task<Ok<Page<ApiKey>>> ListKeysAsync(
        ClaimsPrincipal user, ApiKeyStore keys, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var all = await keys.ListAsync(cancellationToken);
        return TypedResults.Ok(Page.Whole<ApiKey>([.. all.Where(key => caller.Covers(key.Scopes, key.Collections))]));
    }

    private static async Task<Created<ApiKeyCreated>> CreateKeyAsync(
        ApiKeyRequest request, ClaimsPrincipal user, ApiKeyStore keys, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        foreach (var collection in request.Collections ?? [])
        {
            Collections.Named(collection, caller);
        }

        if (!caller.Covers(request.Scopes, request.Collections))
        {
            throw new BadHttpRequestException(
                "A key can only give scopes and collections that it has itself.", StatusCodes.Status403Forbidden);
        }

        var (key, secret) = await keys.CreateAsync(
            request.Name,
            [.. request.Scopes.Distinct()],
            request.Collections,
            request.Groups is null ? null : GroupNames.Normal(request.Groups),
            request.Budget?.ToBudget(),
            caller.Name,
            cancellationToken);
        return TypedResults.Created($"/api/v1/operations/api-keys/{key.Id}", new ApiKeyCreated(key, secret));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeKeyAsync(
        string id, ClaimsPrincipal user, ApiKeyStore keys, CancellationToken cancellationToken) =>
        await MayManageAsync(id, user, keys, cancellationToken)
            && await keys.RevokeAsync(id, Caller.Of(user).Name, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NotFound("API key in use");

    private static async Task<Results<Ok<ApiKey>, ProblemHttpResult>> SetBudgetAsync(
        string id, BudgetRequest request, ClaimsPrincipal user, ApiKeyStore keys, CancellationToken cancellationToken) =>
        await MayManageAsync(id, user, keys, cancellationToken)
            && await keys.SetBudgetAsync(id, request.ToBudget(), Caller.Of(user).Name, cancellationToken) is { } key
            ? TypedResults.Ok(key)
            : Problems.NotFound("API key in use");

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveBudgetAsync(
        string id, ClaimsPrincipal user, ApiKeyStore keys, CancellationToken cancellationToken) =>
        await MayManageAsync(id, user, keys, cancellationToken)
            && await keys.SetBudgetAsync(id, budget: null, Caller.Of(user).Name, cancellationToken) is not null
            ? TypedResults.NoContent()
            : Problems.NotFound("API key in use");

    /// <summary>A key with rights that the caller lacks does not exist for it.</summary>
    private static async Task<bool> MayManageAsync(
        string id, ClaimsPrincipal user, ApiKeyStore keys, CancellationToken cancellationToken) =>
        await keys.FindAsync(id, cancellationToken) is { } key && Caller.Of(user).Covers(key.Scopes, key.Collections);
}
