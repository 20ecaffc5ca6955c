using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Answers;
using RagAspire.Quality;
using RagAspire.Search;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Feedback on a search or an answer.</summary>
/// <param name="ChunkId">The hit or citation in question; absent for the whole result.</param>
public sealed record FeedbackRequest(
    Guid? SearchId,
    Guid? AnswerId,
    [property: Required] bool? Relevant,
    Guid? ChunkId,
    [property: StringLength(4000)] string? Comment) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SearchId is null == AnswerId is null)
        {
            yield return new ValidationResult("Send either searchId or answerId.", [nameof(SearchId), nameof(AnswerId)]);
        }
    }
}

internal static class FeedbackApi
{
    public static RouteGroupBuilder MapFeedback(this RouteGroupBuilder api)
    {
        api.MapPost("/feedback", AddAsync).RequireAuthorization(Scopes.Read).WithTags("Feedback")
            .WithSummary("Rate a search or an answer as relevant or not").ProducesValidationProblem();
        return api;
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> AddAsync(
        FeedbackRequest request,
        ClaimsPrincipal user,
        SearchRecorder searches,
        AnswerStore answers,
        FeedbackStore feedback,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var collection = request switch
        {
            { SearchId: { } search } => await searches.CollectionOfAsync(search, caller.Groups, cancellationToken),
            { AnswerId: { } answer } => await answers.CollectionOfAsync(
                answer, caller.Groups is null ? null : caller.Id, cancellationToken),
            _ => null,
        };
        if (collection is null || !caller.MayUse(collection))
        {
            return Problems.NotFound(request.SearchId is null ? "answer" : "search");
        }

        await feedback.AddAsync(
            new Feedback(request.SearchId, request.AnswerId, collection, request.ChunkId, request.Relevant!.Value,
            request.Comment, caller.Name),
            cancellationToken);
        return TypedResults.NoContent();
    }
}
