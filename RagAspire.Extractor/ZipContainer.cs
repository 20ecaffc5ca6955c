using System.Buffers.Binary;
using System.IO.Compression;
using RagAspire.Extraction;
using RagAspire.Extraction.Detection;

namespace RagAspire.Extractor;

/// <summary>
/// The files inside a zip file, inflated within limits. Also reads truncated files and files with a wrong directory, which
/// System.IO.Compression rejects.
/// </summary>
internal sealed class ZipContainer
{
    /// <summary>How much documents of text inflate at most.</summary>
    public const int UsualRatio = 12;

    private const long SmallBytes = 8 * 1024 * 1024;
    private const int Stored = 0;
    private const int Deflated = 8;

    private readonly Stream _zip;
    private readonly InflationBudget _budget;
    private readonly InflationBudget _ahead;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="ratio">How much a document of this kind inflates before any text is found, as a multiple of its size.</param>
    public ZipContainer(Stream zip, DocumentSink sink, int ratio = UsualRatio)
    {
        _zip = zip;
        var limits = sink.Limits;
        _budget = new InflationBudget(
            limits.MaxInflatedBytes, SmallBytes + (ratio * zip.Length), () => sink.Characters, sink.Inflate);
        _ahead = new InflationBudget(limits.MaxInflatedBytes, limits.MaxInflatedBytes, () => 0);
        var entries = ZipDirectory.ReadAsync(zip, limits.MaxEntries + 1, CancellationToken.None).GetAwaiter().GetResult();
        if (entries.Count > limits.MaxEntries)
        {
            throw new UnreadableDocumentException(Reasons.TooManyEntries(limits.MaxEntries));
        }

        foreach (var entry in entries)
        {
            _entries.TryAdd(entry.Name, entry);
        }
    }

    public IEnumerable<string> Names => _entries.Keys;

    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <param name="isAhead">The file is searched now and read later, when its size counts.</param>
    /// <returns>Null when the file is missing, or no data of it is left.</returns>
    public Stream? Open(string name, bool isAhead = false)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            return null;
        }

        if (entry.IsEncrypted)
        {
            throw new UnreadableDocumentException(Reasons.Encrypted);
        }

        Span<byte> header = stackalloc byte[30];
        _zip.Position = Math.Min(entry.HeaderOffset, _zip.Length);
        if (_zip.ReadAtLeast(header, 30, throwOnEndOfStream: false) < 30 || !header.StartsWith("PK\u0003\u0004"u8))
        {
            return null;
        }

        var start = entry.HeaderOffset + 30 + BinaryPrimitives.ReadUInt16LittleEndian(header[26..])
            + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var rest = Math.Max(0, _zip.Length - start);
        var data = new StreamSlice(_zip, start, Math.Min(entry.CompressedSize ?? rest, rest));
        var budget = isAhead ? _ahead : _budget;
        return entry.Method switch
        {
            Stored => budget.Watch(data),
            Deflated => budget.Watch(new DeflateStream(data, CompressionMode.Decompress)),
            _ => throw new UnreadableDocumentException(
                "The file uses a compression method that is not supported: save it again and upload it."),
        };
    }

    /// <summary>A whole small file; null when it is missing.</summary>
    /// <param name="most">Of a larger file only one more byte is read than this.</param>
    public byte[]? ReadAll(string name, long most = long.MaxValue - 1)
    {
        using var stream = Open(name);
        if (stream is null)
        {
            return null;
        }

        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        int read;
        do
        {
            read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, most + 1 - memory.Length));
            memory.Write(buffer, 0, read);
        }
        while (read > 0);

        return memory.ToArray();
    }
}
