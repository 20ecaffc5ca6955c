using System.ComponentModel.DataAnnotations;
using System.Net.ServerSentEvents;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Answers;
using RagAspire.Api.Security;
using RagAspire.Documents.Intake;
using RagAspire.Metadata;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>A question about the documents of one collection.</summary>
/// <param name="Limit">How many chunks the answer is written from.</param>
/// <param name="SessionId">From an earlier answer, to continue its session.</param>
/// <param name="Filter">What the documents must fulfil that it is answered from.</param>
public sealed record AnswerRequest(
    [property: Required, StringLength(4000, MinimumLength = 1)] string Question,
    [property: RegularExpression(CollectionName.Pattern)] string? Collection,
    [property: Range(1, 20)] int Limit = 8,
    Guid? SessionId = null,
    FilterNode? Filter = null)
{
    internal Question ToQuestion(Caller caller) =>
        new(Question.Trim(), Collections.Named(Collection, caller), Limit, SessionId)
        {
            KeyId = caller.Id,
            Groups = caller.Groups,
            Filter = Filters.Read(Filter),
        };
}

internal static class AnswersApi
{
    private const string EventStream = "text/event-stream";

    public static RouteGroupBuilder MapAnswers(this RouteGroupBuilder api)
    {
        api.MapPost("/answers", AskAsync).RequireAuthorization(Scopes.Read)
            .WithTags("Answers").WithSummary("Ask a question")
            .WithDescription($"With `Accept: {EventStream}` the answer is sent as the events `sources`, `token` …, `done`.")
            .Produces<Answer>().ProducesValidationProblem()
            .WithRequestTimeout(RequestLimits.AnswerTime);
        return api;
    }

    private static async Task<Results<Ok<Answer>, ServerSentEventsResult<object>>> AskAsync(
        AnswerRequest request,
        ClaimsPrincipal user,
        HttpRequest http,
        AnswerService answers,
        EventStreams streams,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var isStreamed = WantsEvents(http);
        var events = answers.AskAsync(request.ToQuestion(caller) with { IsStreamed = isStreamed }, cancellationToken);
        return isStreamed
            ? await streams.OpenAsync(caller, events, ToItem, cancellationToken)
            : TypedResults.Ok((await events.OfType<DoneEvent>().SingleAsync(cancellationToken)).Answer);
    }

    private static bool WantsEvents(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MatchesMediaType(EventStream) && type.MediaType == EventStream);

    private static SseItem<object> ToItem(AnswerEvent step) => step switch
    {
        SourcesEvent => new SseItem<object>(step, "sources"),
        TokenEvent => new SseItem<object>(step, "token"),
        DoneEvent done => new SseItem<object>(done.Answer, "done"),
        _ => throw new InvalidOperationException($"{step.GetType().Name} has no name as a server-sent event."),
    };
}
