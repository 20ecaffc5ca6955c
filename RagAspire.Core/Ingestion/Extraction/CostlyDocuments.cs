using System.Collections.Concurrent;

namespace RagAspire.Ingestion.Extraction;

/// <summary>Remembers which contents were costly to read, in any document and collection.</summary>
internal sealed class CostlyDocuments
{
    private const int Remembered = 10_000;

    private readonly ConcurrentDictionary<string, bool> _hashes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _oldest = new();

    public bool Contains(string hash) => _hashes.ContainsKey(hash);

    public void Add(string hash)
    {
        if (!_hashes.TryAdd(hash, true))
        {
            return;
        }

        _oldest.Enqueue(hash);
        while (_hashes.Count > Remembered && _oldest.TryDequeue(out var oldest))
        {
            _hashes.TryRemove(oldest, out _);
        }
    }
}
