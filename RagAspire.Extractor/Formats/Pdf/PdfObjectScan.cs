using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>
/// Finds the objects of a PDF by a search, without its cross-reference tables. Objects inside object streams are
/// unpacked.
/// </summary>
internal sealed class PdfObjectScan
{
    private const int MaxDictionary = 32 * 1024;
    private const int MaxUnpacked = 64 * 1024 * 1024;
    private const int MaxObjects = 1_000_000;

    private readonly byte[] _bytes;
    private int _unpacked;

    private PdfObjectScan(byte[] bytes) => _bytes = bytes;

    /// <summary>Byte offsets of the objects by number. Of several with one number the last is the newest.</summary>
    public Dictionary<int, long> Offsets { get; } = [];

    /// <summary>The content of objects in object streams.</summary>
    public Dictionary<int, string> Packed { get; } = [];

    public static PdfObjectScan Of(byte[] bytes)
    {
        var scan = new PdfObjectScan(bytes);
        scan.FindObjects();
        foreach (var offset in scan.Offsets.Values
            .Where(offset => PdfSyntax.HasType(scan.DictionaryAt(offset), "ObjStm")).ToList())
        {
            scan.Unpack(offset);
        }

        return scan;
    }

    /// <summary>The source of the dictionary of an object; empty when there is none.</summary>
    public string Dictionary(int number) =>
        Offsets.TryGetValue(number, out var offset) ? DictionaryAt(offset) : Packed.GetValueOrDefault(number, string.Empty);

    /// <summary>The numbers of the objects of a type, in the order in which they were found.</summary>
    public IEnumerable<int> OfType(string type) =>
        Offsets.OrderBy(pair => pair.Value).Select(pair => pair.Key)
            .Concat(Packed.Keys.Order())
            .Where(number => PdfSyntax.HasType(Dictionary(number), type));

    private void FindObjects()
    {
        for (var at = 0; Offsets.Count < MaxObjects && _bytes.AsSpan(at).IndexOf(" obj"u8) is >= 0 and var next; at += next + 4)
        {
            var generation = NumberBefore(at + next);
            var number = generation.Start > 0 ? NumberBefore(generation.Start - 1) : (Value: -1, Start: 0);
            if (generation.Value >= 0 && number.Value > 0)
            {
                Offsets[number.Value] = number.Start;
            }
        }
    }

    private (int Value, int Start) NumberBefore(int end)
    {
        var start = end;
        while (start > 0 && end - start < 9 && _bytes[start - 1] is >= (byte)'0' and <= (byte)'9')
        {
            start--;
        }

        return start < end ? (int.Parse(_bytes.AsSpan(start, end - start), CultureInfo.InvariantCulture), start) : (-1, start);
    }

    private string DictionaryAt(long offset)
    {
        var rest = _bytes.AsSpan((int)offset, (int)Math.Min(MaxDictionary, _bytes.Length - offset));
        var start = rest.IndexOf("<<"u8);
        var body = start < 0 ? [] : rest[start..];
        var end = body.IndexOf("stream"u8) is >= 0 and var stream ? stream : body.Length;
        end = body[..end].IndexOf("endobj"u8) is >= 0 and var close ? close : end;
        return Encoding.Latin1.GetString(body[..end]);
    }

    private void Unpack(long offset)
    {
        var dictionary = DictionaryAt(offset);
        var data = Inflate(offset);
        var first = PdfSyntax.Number(dictionary, "First");
        if (data.Length == 0 || first <= 0 || first > data.Length)
        {
            return;
        }

        var numbers = Encoding.Latin1.GetString(data, 0, first).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (var index = 0; index + 1 < numbers.Length; index += 2)
        {
            if (int.TryParse(numbers[index], CultureInfo.InvariantCulture, out var number)
                && int.TryParse(numbers[index + 1], CultureInfo.InvariantCulture, out var start)
                && number > 0
                && first + start < data.Length)
            {
                var end = index + 3 < numbers.Length
                    && int.TryParse(numbers[index + 3], CultureInfo.InvariantCulture, out var next) && next > start
                    ? first + next
                    : data.Length;
                Packed[number] = Encoding.Latin1.GetString(data, first + start, Math.Min(end, data.Length) - first - start);
            }
        }
    }

    private byte[] Inflate(long offset)
    {
        var rest = _bytes.AsSpan((int)offset);
        var start = rest.IndexOf("stream"u8);
        if (start < 0)
        {
            return [];
        }

        var from = (int)offset + start + "stream".Length;
        while (from < _bytes.Length && _bytes[from] is (byte)'\r' or (byte)'\n')
        {
            from++;
        }

        using var output = new MemoryStream();
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(_bytes, from, _bytes.Length - from), CompressionMode.Decompress);
            var buffer = new byte[16 * 1024];
            while (_unpacked < MaxUnpacked && zlib.Read(buffer) is > 0 and var count)
            {
                _unpacked += count;
                output.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException)
        {
            // The data before the damage is kept.
        }

        return output.ToArray();
    }
}
