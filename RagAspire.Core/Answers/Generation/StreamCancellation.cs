namespace RagAspire.Answers.Generation;

/// <summary>Closes a streamed response when its caller cancels.</summary>
/// <remarks>
/// OllamaSharp reads the lines of a stream without a cancellation token: a server that stalls would block the reader
/// forever, and an abandoned call would keep the model busy. Closing the response from outside ends both.
/// </remarks>
public sealed class StreamCancellation : DelegatingHandler
{
    private static readonly AsyncLocal<CancellationToken> Caller = new();

    /// <summary>Responses to requests that are sent later in this asynchronous flow are closed with the token.</summary>
    public static void BreakOffWith(CancellationToken cancellationToken) => Caller.Value = cancellationToken;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);

        // The registration lives as long as the caller's token source, which is the length of one call.
        Caller.Value.Register(static ended => ((HttpResponseMessage)ended!).Dispose(), response);
        return response;
    }
}
