using System.Net;
using RagAspire.Extraction;

namespace RagAspire.Vectors.Embedding;

/// <summary>
/// Ends the response of a model server that is longer, or has a longer line, than anything a model has to say.
/// </summary>
/// <remarks>Clients read whole lines into memory: a server that sends one endless line would take all of it.</remarks>
/// <param name="lineBytes">Of one line, without its end.</param>
/// <param name="totalBytes">Of the whole body.</param>
public sealed class ResponseLimit(long lineBytes, long totalBytes) : DelegatingHandler
{
    /// <summary>
    /// A line of a chat is a token or a call of a tool; the vectors of a batch are one line, of some MB. A whole answer with
    /// its reasoning has some MB too, since each token comes with the names of all fields.
    /// </summary>
    public const long LongestModelResponse = 64L << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bounded = new StreamContent(new BoundedStream(body, lineBytes, totalBytes));
        foreach (var (name, values) in response.Content.Headers)
        {
            bounded.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = bounded;
        return response;
    }

    private sealed class BoundedStream(Stream inner, long lineBytes, long totalBytes) : ReadOnlyStream
    {
        private long _line;
        private long _total;

        public override int Read(Span<byte> buffer) => Count(buffer[..inner.Read(buffer)]);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            return Count(buffer.Span[..read]);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Count(ReadOnlySpan<byte> read)
        {
            _total += read.Length;
            var longest = 0L;
            foreach (var part in read.Split((byte)'\n'))
            {
                var length = part.End.Value - part.Start.Value;
                _line = part.Start.Value == 0 ? _line + length : length;
                longest = Math.Max(longest, _line);
            }

            if (longest > lineBytes || _total > totalBytes)
            {
                throw new HttpRequestException(
                    HttpRequestError.ConfigurationLimitExceeded,
                    "The model server sent more than a model has to say.",
                    statusCode: HttpStatusCode.BadGateway);
            }

            return read.Length;
        }
    }
}
