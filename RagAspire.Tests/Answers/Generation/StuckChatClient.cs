using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace RagAspire.Tests.Answers.Generation;

/// <summary>Says two words and then waits for something that is not the cancellation token.</summary>
/// <param name="rest">What it says then.</param>
internal sealed class StuckChatClient(string rest = "burned.") : IChatClient
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed by the first call.</summary>
    public Task Asked => _asked.Task;

    public int Calls { get; private set; }

    public bool WasLeft { get; private set; }

    public void GoOn() => _goOn.TrySetResult();

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Calls++;
        _asked.TrySetResult();
        try
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "The warehouse");
            await _goOn.Task;
            yield return new ChatResponseUpdate(ChatRole.Assistant, rest) { FinishReason = ChatFinishReason.Stop };
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
