using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Answers;
using RagAspire.Quality;
using RagAspire.Search;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>A reader's word on a search or an answer.</summary>
/// <param name="ChunkId">The hit or citation that is meant; absent for the whole.</param>
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
            yield return new ValidationResult("Give either searchId or answerId.", [nameof(SearchId), nameof(AnswerId)]);
        }
    }
}

/// <summary>Telling what was relevant.</summary>
internal static class FeedbackApi
{
    public static RouteGroupBuilder MapFeedback(this RouteGroupBuilder api)
    {
        api.MapPost("/feedback", AddAsync).RequireAuthorization(Scopes.Read).WithTags("Feedback")
            .WithSummary("Say whether a search or an answer was relevant").ProducesValidationProblem();
        return api;
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> AddAsync(
        FeedbackRequest request, ClaimsPrincipal user, FeedbackSubjects subjects, FeedbackStore feedback, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        if (await subjects.CollectionOfAsync(request, cancellationToken) is not { } collection || !caller.MayUse(collection))
        {
            return Problems.NotFound(request.SearchId is null ? "answer" : "search");
        }

        await feedback.AddAsync(
            new Feedback(request.SearchId, request.AnswerId, collection, request.ChunkId, request.Relevant!.Value, request.Comment, caller.Name),
            cancellationToken);
        return TypedResults.NoContent();
    }
}

/// <summary>Finds what feedback is about.</summary>
internal sealed class FeedbackSubjects(SearchRecorder searches, AnswerStore answers)
{
    public async Task<string?> CollectionOfAsync(FeedbackRequest request, CancellationToken cancellationToken) => request switch
    {
        { SearchId: { } search } => await searches.CollectionOfAsync(search, cancellationToken),
        { AnswerId: { } answer } => await answers.CollectionOfAsync(answer, cancellationToken),
        _ => null,
    };
}
