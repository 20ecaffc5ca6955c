namespace RagAspire.Answers.Generation;

/// <summary>Breaks a streamed response off when the one who asked for it goes away.</summary>
/// <remarks>
/// OllamaSharp reads the lines of a stream without a cancellation token: a server that stops in the middle would hold
/// the reader for good, and one that goes on would compute for nobody. Ending the response from outside ends both.
/// </remarks>
public sealed class StreamCancellation : DelegatingHandler
{
    private static readonly AsyncLocal<CancellationToken> Caller = new();

    /// <summary>Responses to requests that are sent from here on, in this flow of calls, end with the token.</summary>
    public static void BreakOffWith(CancellationToken cancellationToken) => Caller.Value = cancellationToken;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);

        // The registration lives as long as the caller's token source, which is the length of one call.
        Caller.Value.Register(static ended => ((HttpResponseMessage)ended!).Dispose(), response);
        return response;
    }
}
