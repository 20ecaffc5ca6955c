using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace RagAspire.Tests.Answers.Generation;

/// <summary>Says two words and then waits for something that is not the cancellation token.</summary>
internal sealed class StuckChatClient : IChatClient
{
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool WasLeft { get; private set; }

    public void GoOn() => _goOn.TrySetResult();

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "The warehouse");
            await _goOn.Task;
            yield return new ChatResponseUpdate(ChatRole.Assistant, "burned.") { FinishReason = ChatFinishReason.Stop };
        }
        finally
        {
            WasLeft = true;
        }
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Answers are streamed.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() => GoOn();
}
