using RagAspire.Extraction;

namespace RagAspire.Extractor;

/// <summary>
/// Limits the inflated size of all parts of a document: a few kilobytes can hold gigabytes of zeros or of empty elements. Beside
/// a fixed limit, parts that hold hardly any text may not inflate much more than documents do.
/// </summary>
/// <param name="limit">In bytes, whatever the parts hold.</param>
/// <param name="withoutText">In bytes, before any text is found.</param>
/// <param name="characters">The text found so far.</param>
/// <param name="count">Counts the bytes for the whole document, with all containers inside it.</param>
internal sealed class InflationBudget(long limit, long withoutText, Func<long> characters, Action<int>? count = null)
{
    private const long BytesPerCharacter = 200;

    private long _taken;

    public Stream Watch(Stream stream) => new WatchedStream(stream, this);

    private int Take(int bytes)
    {
        count?.Invoke(bytes);
        _taken += bytes;
        if (_taken > limit)
        {
            throw new UnreadableDocumentException(Reasons.TooMuchInflated(limit));
        }

        var allowed = withoutText + (BytesPerCharacter * characters());
        return _taken <= allowed ? bytes : throw new UnreadableDocumentException(Reasons.TooLittleText(allowed));
    }

    private sealed class WatchedStream(Stream inner, InflationBudget budget) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            int bytes;
            try
            {
                bytes = inner.Read(buffer);
            }
            catch (InvalidDataException)
            {
                // Damaged or truncated: the data before the damage is kept.
                return 0;
            }

            return budget.Take(bytes);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
