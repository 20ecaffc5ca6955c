using System.ComponentModel.DataAnnotations;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using RagAspire.Answers;
using RagAspire.Api.Security;
using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>A question about the documents of one collection.</summary>
/// <param name="Limit">How many passages the answer is written from.</param>
/// <param name="SessionId">From an earlier answer, to continue its conversation.</param>
public sealed record AnswerRequestBody(
    [property: Required, StringLength(4000, MinimumLength = 1)] string Question,
    [property: RegularExpression(CollectionName.Pattern)] string? Collection,
    [property: Range(1, 20)] int Limit = 8,
    Guid? SessionId = null);

/// <summary>An answer as clients get it.</summary>
public sealed record AnswerBody(
    Guid AnswerId,
    Guid SessionId,
    string Answer,
    string Kind,
    string? Model,
    IReadOnlyList<Citation> Citations,
    string? Degraded,
    bool Cached,
    double TookMs)
{
    internal static AnswerBody Of(Answer answer) => new(
        answer.AnswerId, answer.SessionId, answer.Text, answer.Kind, answer.Model, answer.Citations, answer.Degraded, answer.Cached,
        answer.TookMs);
}

/// <summary>Asking questions.</summary>
internal static partial class AnswersApi
{
    public static RouteGroupBuilder MapAnswers(this RouteGroupBuilder api)
    {
        api.MapPost("/answers", AskAsync).RequireAuthorization(Scopes.Read)
            .WithTags("Answers").WithSummary("Ask a question")
            .WithDescription("With `Accept: text/event-stream` the answer comes as events: sources, token …, done.")
            .Produces<AnswerBody>().ProducesValidationProblem()
            .WithRequestTimeout(RequestLimits.AnswerTime);
        return api;
    }

    private static async Task<Results<Ok<AnswerBody>, ServerSentEventsResult<object>>> AskAsync(
        AnswerRequestBody request, ClaimsPrincipal user, HttpRequest http, AnswerService answers, CancellationToken cancellationToken)
    {
        var collection = Collections.Named(request.Collection, Caller.Of(user));
        var question = new Question(request.Question.Trim(), collection, request.Limit, request.SessionId);
        var events = answers.AskAsync(question, cancellationToken);
        if (WantsEvents(http))
        {
            // The first event is waited for, so that what keeps an answer from beginning still has a status of its own.
            var enumerator = events.GetAsyncEnumerator(cancellationToken);
            return await enumerator.MoveNextAsync()
                ? TypedResults.ServerSentEvents(StreamAsync(enumerator, http.HttpContext.RequestServices, cancellationToken))
                : throw new InvalidOperationException("An answer has at least one event.");
        }

        var given = (AnswerGiven)await events.LastAsync(cancellationToken);
        return TypedResults.Ok(AnswerBody.Of(given.Answer));
    }

    private static bool WantsEvents(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MatchesMediaType("text/event-stream") && type.MediaType == "text/event-stream");

    private static async IAsyncEnumerable<SseItem<object>> StreamAsync(
        IAsyncEnumerator<AnswerEvent> events, IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using (events)
        {
            var more = true;
            while (more)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Item(events.Current) is { } item)
                {
                    yield return item;
                }

                Exception? fault = null;
                try
                {
                    more = await events.MoveNextAsync();
                }
                catch (Exception ex) when (ex is not OperationCanceledException)
                {
                    fault = ex;
                }

                if (fault is not null)
                {
                    Log.Broken(services.GetRequiredService<ILogger<AnswerBody>>(), fault);
                    yield return new SseItem<object>(ProblemExceptionHandler.ToProblem(fault), "error");
                    more = false;
                }
            }
        }
    }

    private static SseItem<object>? Item(AnswerEvent step) => step switch
    {
        SourcesRead read => new SseItem<object>(new { sources = read.Sources }, "sources"),
        TokenWritten token => new SseItem<object>(new { text = token.Text }, "token"),
        AnswerGiven given => new SseItem<object>(AnswerBody.Of(given.Answer), "done"),
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "An answer broke off while it was streamed")]
        public static partial void Broken(ILogger logger, Exception exception);
    }
}
