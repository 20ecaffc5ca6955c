using RagAspire.Extraction;

namespace RagAspire.Extractor;

/// <summary>Limits the inflated size of all parts of a document: a few kilobytes can hold gigabytes of zeros.</summary>
internal sealed class InflationBudget(long limit)
{
    private long _taken;

    public Stream Watch(Stream stream) => new WatchedStream(stream, this);

    private int Take(int count)
    {
        _taken += count;
        return _taken <= limit ? count : throw new UnreadableDocumentException(Reasons.TooMuchInflated(limit));
    }

    private sealed class WatchedStream(Stream inner, InflationBudget budget) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            int count;
            try
            {
                count = inner.Read(buffer);
            }
            catch (InvalidDataException)
            {
                // Damaged or truncated: the data before the damage is kept.
                return 0;
            }

            return budget.Take(count);
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
