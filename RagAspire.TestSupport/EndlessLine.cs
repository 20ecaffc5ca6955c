using Microsoft.AspNetCore.Http;

namespace RagAspire.TestSupport;

/// <summary>Piece by piece, a line that has no end.</summary>
public static class EndlessLine
{
    private static readonly byte[] Piece = Enumerable.Repeat((byte)'x', 1 << 16).ToArray();

    /// <returns>The number of bytes that were sent; 0 when the reader is gone.</returns>
    /// <remarks>
    /// The request's token says so later, when a thread is free: until then writes into the closed connection end at once and
    /// would be counted as sent.
    /// </remarks>
    public static async ValueTask<int> SendAsync(HttpResponse response) =>
        (await response.BodyWriter.WriteAsync(Piece)).IsCompleted ? 0 : Piece.Length;
}
