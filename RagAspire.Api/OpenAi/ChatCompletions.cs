using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using RagAspire.Answers;
using RagAspire.Documents.Intake;
using RagAspire.Security;
using RagAspire.Usage;

namespace RagAspire.Api.OpenAi;

/// <summary>Answers questions in the form of chat completions.</summary>
internal sealed class ChatCompletions(AnswerService answers, IOptions<OpenAiOptions> options, TimeProvider time)
{
    private const int MostCharacters = 4000;
    private const int Limit = 8;

    /// <summary>The question of a conversation, and what was said before.</summary>
    /// <exception cref="BadHttpRequestException">
    /// 400 no question, one that is too long, or a wrong filter; 403, 404 a collection that is not the caller's.
    /// </exception>
    public static Question QuestionOf(ChatRequest request, Caller caller)
    {
        var messages = request.Messages!;
        if (messages[^1] is not { Role: "user" } last || last.Text().Trim() is not { Length: > 0 and <= MostCharacters } question)
        {
            throw Problems.Bad($"The last message must be one of the user with 1 to {MostCharacters} characters of text.");
        }

        return new Question(question, CollectionOf(request.Model!, caller), Limit, null)
        {
            KeyId = caller.Id,
            Groups = caller.Groups,
            Filter = Filters.Read(request.Filter),
            History = [.. Turns(messages.SkipLast(1))],
        };
    }

    public async Task<ChatCompletion> AnswerAsync(string model, Question question, CancellationToken cancellationToken)
    {
        var done = await answers.AskAsync(question, cancellationToken).OfType<DoneEvent>().SingleAsync(cancellationToken);
        var answer = done.Answer;
        var content = ChatText.Body(answer) + ChatText.Foot(answer);
        return Completion(
            model,
            answer.AnswerId,
            "chat.completion",
            new ChatChoice(0, new ChatAnswer("assistant", content, Annotations(answer)), null, "stop"),
            Usage(question, content, done.Call));
    }

    /// <summary>The parts of an answer as they are written.</summary>
    public async IAsyncEnumerable<ChatCompletion> StreamAsync(
        string model, Question question, bool includeUsage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        var body = new ActiveMarkdown();
        var written = 0;
        await foreach (var step in answers.AskAsync(question with { IsStreamed = true }, cancellationToken))
        {
            switch (step)
            {
                case SourcesEvent:
                    yield return Part(model, id, new ChatAnswer("assistant", ""));
                    break;
                case TokenEvent token:
                    written += token.Text.Length;
                    yield return Part(model, id, new ChatAnswer(null, body.Next(token.Text)));
                    break;
                case DoneEvent { Answer: var answer, Call: var call }:
                    var rest = (written == 0 ? ChatText.Body(answer) : "") + ChatText.Foot(answer);
                    yield return Part(model, id, new ChatAnswer(null, rest, Annotations(answer)));
                    yield return Part(model, id, new ChatAnswer(null, null), "stop");
                    if (includeUsage)
                    {
                        yield return Completion(model, id, "chat.completion.chunk", null, Usage(question, answer.Text + rest, call));
                    }

                    break;
            }
        }
    }

    private IReadOnlyList<ChatAnnotation> Annotations(Answer answer) => ChatText.Annotations(answer, options.Value.WebAddress);

    private static string CollectionOf(string model, Caller caller) =>
        CollectionName.IsValid(model)
            ? Collections.Named(model, caller)
            : throw new BadHttpRequestException(
                "There is no such model: a model is the name of a collection.", StatusCodes.Status404NotFound);

    /// <summary>Pairs of a question and the answer after it; what stands alone is left out.</summary>
    private static IEnumerable<SessionTurn> Turns(IEnumerable<ChatMessage> messages)
    {
        string? question = null;
        foreach (var message in messages)
        {
            if (message.Role == "assistant" && question is not null)
            {
                yield return new SessionTurn(question, message.Text());
            }

            question = message.Role == "user" && message.Text().Trim() is { Length: > 0 } text
                ? text[..Math.Min(text.Length, MostCharacters)]
                : null;
        }
    }

    private static TokenUsage Usage(Question question, string content, ModelCall? call)
    {
        if (call is { InputTokens: { } input, OutputTokens: { } output })
        {
            return new TokenUsage(input, output, input + output);
        }

        var prompt = TokenGuess.Of(
            [question.Text, .. question.History!.SelectMany(turn => new[] { turn.Question, turn.Answer })]);
        var completion = TokenGuess.Of(content);
        return new TokenUsage(prompt, completion, prompt + completion);
    }

    private ChatCompletion Part(string model, Guid id, ChatAnswer delta, string? finish = null) =>
        Completion(model, id, "chat.completion.chunk", new ChatChoice(0, null, delta, finish), null);

    private ChatCompletion Completion(string model, Guid id, string kind, ChatChoice? choice, TokenUsage? usage) =>
        new($"chatcmpl-{id:N}", kind, time.GetUtcNow().ToUnixTimeSeconds(), model, choice is null ? [] : [choice], usage);
}
