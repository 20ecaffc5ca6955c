using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Security;
using RagAspire.Quality;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>The questions of a golden set.</summary>
public sealed record GoldenSetRequest(
    [property: Required, MinLength(1), MaxLength(500)] IReadOnlyList<GoldenQuestionRequest>? Questions);

/// <summary>A question, and everything that search should find for it.</summary>
public sealed record GoldenQuestionRequest(
    [property: Required, StringLength(4000, MinimumLength = 1)] string? Question,
    [property: Required, MinLength(1), MaxLength(10)] IReadOnlyList<ExpectationRequest>? Expected);

/// <summary>A document by id or name, or a chunk by a quote from it. One hit must match all that are given.</summary>
public sealed record ExpectationRequest(
    Guid? DocumentId,
    [property: StringLength(255, MinimumLength = 1)] string? DocumentName,
    [property: StringLength(4000, MinimumLength = 1)] string? Quote) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (DocumentId is null && string.IsNullOrWhiteSpace(DocumentName) && string.IsNullOrWhiteSpace(Quote))
        {
            yield return new ValidationResult("Send documentId, documentName or quote.", [nameof(DocumentId), nameof(DocumentName), nameof(Quote)]);
        }
    }
}

/// <summary>Which evaluations to list.</summary>
/// <param name="After">The <c>next</c> of the page before.</param>
public sealed record EvaluationListRequest([property: GuidCursor] string? After, [property: Range(1, 200)] int Limit = 50);

/// <summary>Golden sets, and the search quality that is measured with them.</summary>
internal static class QualityApi
{
    public static RouteGroupBuilder MapQuality(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations/golden-sets").WithTags("Search quality");
        group.MapGet("", ListAsync).RequireAuthorization(Scopes.OperationsRead).WithSummary("List golden sets");
        group.MapPut("/{collection}", PutAsync).RequireAuthorization(Scopes.OperationsRun).WithSummary("Store the golden set of a collection").ProducesValidationProblem();
        group.MapGet("/{collection}", GetAsync).RequireAuthorization(Scopes.OperationsRead).WithSummary("Get the golden set of a collection");
        group.MapDelete("/{collection}", DeleteAsync).RequireAuthorization(Scopes.OperationsRun).WithSummary("Delete a golden set and its evaluations");
        group.MapPost("/{collection}/evaluate", EvaluateAsync).RequireAuthorization(Scopes.OperationsRun).WithSummary("Evaluate search with a golden set now")
            .WithRequestTimeout(RequestLimits.AnswerTime);
        group.MapGet("/{collection}/evaluations", HistoryAsync).RequireAuthorization(Scopes.OperationsRead).WithSummary("List evaluations, newest first").ProducesValidationProblem();
        return api;
    }

    private static async Task<Ok<Page<GoldenSetSummary>>> ListAsync(
        ClaimsPrincipal user, GoldenSetStore golden, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var sets = await golden.ListAsync(cancellationToken);
        return TypedResults.Ok(Page.Whole<GoldenSetSummary>([.. sets.Where(set => caller.MayUse(set.Collection))]));
    }

    private static async Task<Ok<GoldenSet>> PutAsync(
        string collection, GoldenSetRequest request, ClaimsPrincipal user, GoldenSetStore golden,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var questions = request.Questions!.Select(question => new GoldenQuestion(
            question.Question!.Trim(),
            [.. question.Expected!.Select(
                expected => new Expectation(expected.DocumentId, expected.DocumentName, expected.Quote))]));
        return TypedResults.Ok(
            await golden.PutAsync(Collections.Named(collection, caller), [.. questions], caller.Name, cancellationToken));
    }

    private static async Task<Results<Ok<GoldenSet>, ProblemHttpResult>> GetAsync(
        string collection, ClaimsPrincipal user, GoldenSetStore golden, CancellationToken cancellationToken) =>
        await golden.FindAsync(Collections.Named(collection, Caller.Of(user)), cancellationToken) is { } set
            ? TypedResults.Ok(set)
            : Missing();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string collection, ClaimsPrincipal user, GoldenSetStore golden, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        return await golden.DeleteAsync(Collections.Named(collection, caller), caller.Name, cancellationToken)
            ? TypedResults.NoContent()
            : Missing();
    }

    private static async Task<Results<Ok<Evaluation>, ProblemHttpResult>> EvaluateAsync(
        string collection, ClaimsPrincipal user, GoldenSetStore golden, RetrievalEvaluator evaluator,
        CancellationToken cancellationToken)
    {
        if (await golden.FindAsync(Collections.Named(collection, Caller.Of(user)), cancellationToken) is not { } set)
        {
            return Missing();
        }

        var evaluation = await evaluator.EvaluateAsync(set, rest: null, cancellationToken);
        return await golden.AddAsync(evaluation, cancellationToken) ? TypedResults.Ok(evaluation) : Missing();
    }

    private static async Task<Ok<Page<Evaluation>>> HistoryAsync(
        string collection,
        [AsParameters] EvaluationListRequest request,
        ClaimsPrincipal user,
        GoldenSetStore golden,
        CancellationToken cancellationToken)
    {
        var after = GuidCursorAttribute.Parse(request.After);
        var named = Collections.Named(collection, Caller.Of(user));
        return TypedResults.Ok(await golden.HistoryAsync(named, after, request.Limit, cancellationToken));
    }

    private static ProblemHttpResult Missing() => Problems.NotFound("golden set");
}
