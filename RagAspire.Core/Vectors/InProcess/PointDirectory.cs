namespace RagAspire.Vectors.InProcess;

/// <summary>Where a point is.</summary>
internal readonly record struct PointAddress(string Collection, Segment Segment, int Slot);

/// <summary>Finds points by id and by document. Belongs to the writer; searches never ask it.</summary>
internal sealed class PointDirectory
{
    private const int EstimatedBytesPerPoint = 96;

    private readonly Dictionary<Guid, PointAddress> _points = [];
    private readonly Dictionary<Guid, HashSet<Guid>> _documents = [];

    public int Count => _points.Count;

    public long Bytes => (long)_points.Count * EstimatedBytesPerPoint;

    public bool TryFind(Guid chunkId, out PointAddress address) => _points.TryGetValue(chunkId, out address);

    /// <summary>The chunks of a document; those of other versions only, when one is to be kept.</summary>
    public List<Guid> ChunksOf(Guid documentId, int? belowVersion)
        => !_documents.TryGetValue(documentId, out var chunks)
            ? []
            : [.. chunks.Where(id => _points[id] is var at
                && (belowVersion is null || at.Segment.Versions[at.Slot] < belowVersion))];

    /// <summary>Notes where the points of a segment are, be they new or moved.</summary>
    public void Place(string collection, Segment segment)
    {
        for (var slot = 0; slot < segment.Count; slot++)
        {
            if (!_points.ContainsKey(segment.Ids[slot]))
            {
                Chunks(segment.Documents[slot]).Add(segment.Ids[slot]);
            }

            _points[segment.Ids[slot]] = new PointAddress(collection, segment, slot);
        }
    }

    public void Remove(Guid chunkId)
    {
        if (_points.Remove(chunkId, out var address))
        {
            var document = address.Segment.Documents[address.Slot];
            var chunks = _documents[document];
            chunks.Remove(chunkId);
            if (chunks.Count == 0)
            {
                _documents.Remove(document);
            }
        }
    }

    private HashSet<Guid> Chunks(Guid documentId)
    {
        if (!_documents.TryGetValue(documentId, out var chunks))
        {
            _documents[documentId] = chunks = [];
        }

        return chunks;
    }
}
