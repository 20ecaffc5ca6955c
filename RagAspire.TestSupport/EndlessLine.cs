using Microsoft.AspNetCore.Http;

namespace RagAspire.TestSupport;

/// <summary>A line that has no end.</summary>
public static class EndlessLine
{
    private static readonly byte[] Piece = Enumerable.Repeat((byte)'x', 1 << 20).ToArray();
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Sends until the reader is gone.</summary>
    /// <param name="sent">Is told the bytes of each piece.</param>
    public static async Task SendAsync(HttpContext context, Action<int> sent)
    {
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(Piece, context.RequestAborted);
            sent(Piece.Length);

            // Writes into a closed connection end at once, and it takes a free thread to say in the token that it is closed.
            await Task.Delay(Pause, context.RequestAborted);
        }
    }
}
