using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Documents;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Who is to see a document.</summary>
/// <param name="Groups">Empty for everyone who may read the collection.</param>
public sealed record DocumentGroupsRequest(
    [property: Required, MaxLength(GroupNames.MostOfDocument)] IReadOnlyList<string>? Groups) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Groups?.All(group => group is not null && GroupNames.IsValid(group)) == false)
        {
            yield return new ValidationResult(GroupNames.Rule, [nameof(Groups)]);
        }
    }
}

/// <summary>The groups that see a document. A key with groups shows and hides documents within its own groups only.</summary>
internal static class Groups
{
    public static RouteGroupBuilder MapGroups(this RouteGroupBuilder documents)
    {
        documents.MapPut("/{id:guid}/groups", PutAsync).RequireAuthorization(Scopes.Write)
            .WithSummary("Set the groups that see a document").ProducesValidationProblem()
            .WithDescription("None show it to everyone who may read the collection. Nothing is processed again.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        return documents;
    }

    /// <summary>Adds a group that a form or a tool names.</summary>
    /// <exception cref="BadHttpRequestException">400 no name of a group, or too many; 403 a group of others.</exception>
    public static void Add(List<string> groups, string name, Caller caller)
    {
        if (!GroupNames.IsValid(name) || groups.Count == GroupNames.MostOfDocument)
        {
            throw Problems.Bad($"{GroupNames.Rule} A document has at most {GroupNames.MostOfDocument}.");
        }

        if (caller.Groups?.Contains(name) == false)
        {
            throw Foreign();
        }

        groups.Add(name);
    }

    /// <summary>Null where none was given.</summary>
    public static string[]? Given(List<string> groups) => groups.Count == 0 ? null : GroupNames.Normal(groups);

    /// <summary>The groups of a new document for which none are given: those of the key.</summary>
    public static string[] OfNew(Caller caller) => GroupNames.Normal((caller.Groups ?? []).Take(GroupNames.MostOfDocument));

    /// <summary>Whether a document may be replaced, and the groups that see it changed.</summary>
    /// <param name="wanted">Null to keep those that it has.</param>
    /// <exception cref="BadHttpRequestException">
    /// 404 the caller does not see it; 403 groups of others, or everyone, would lose or get it.
    /// </exception>
    public static void CheckChange(Caller caller, Document current, IReadOnlyCollection<string>? wanted)
    {
        if (!caller.MaySee(current.Collection, current.Groups))
        {
            throw new BadHttpRequestException("There is no such document.", StatusCodes.Status404NotFound);
        }

        if (caller.Groups is null || wanted is null || wanted.SequenceEqual(current.Groups))
        {
            return;
        }

        var isForAll = wanted.Count == 0 || current.Groups.Count == 0;
        var changed = wanted.Except(current.Groups).Concat(current.Groups.Except(wanted));
        if (isForAll || changed.Except(caller.Groups).Any())
        {
            throw Foreign();
        }
    }

    private static async Task<Results<Ok<Document>, ProblemHttpResult>> PutAsync(
        Guid id, DocumentGroupsRequest request, ClaimsPrincipal user, DocumentGroups groups, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var wanted = GroupNames.Normal(request.Groups!);
        return await groups.SetAsync(id, wanted, caller.Name, current => CheckChange(caller, current, wanted), cancellationToken)
            is { } document
            ? TypedResults.Ok(document)
            : DocumentsApi.Missing();
    }

    private static BadHttpRequestException Foreign() => new(
        "A key with groups can only show a document to its own groups, and hide it from them.", StatusCodes.Status403Forbidden);
}
