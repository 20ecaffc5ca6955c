using System.Text;
using UtfUnknown;

namespace RagAspire.Extractor.Encodings;

/// <summary>The encoding that bytes are most likely in, and how certain that is.</summary>
/// <param name="Certainty">0–1.</param>
internal sealed record EncodingGuess(Encoding Encoding, double Certainty)
{
    private const int SampleBytes = 16 * 1024;
    private const double StatisticsWeight = .35;
    private const double UsualBonus = .12;
    private const double DeclaredBonus = .3;
    private const int Usual = 1252;

    // Single bytes of Western, Central and Eastern Europe, the Mediterranean and Thailand, then the pairs of bytes of East Asia.
    private static readonly int[] CodePages =
    [
        1252, 1250, 28592, 1254, 1257, 1258, 850, 852, 10000, 1251, 20866, 21866, 866, 28595, 1253, 28597, 1255, 1256, 28596, 874,
        932, 51932, 936, 950, 949,
    ];

    public static EncodingGuess Of(ReadOnlySpan<byte> bytes, Encoding? declared)
    {
        var sample = Sample(bytes);
        var statistics = CharsetDetector.DetectFromBytes(sample).Details?
            .Where(detail => detail.Encoding is not null)
            .GroupBy(detail => detail.Encoding.CodePage)
            .ToDictionary(group => group.Key, group => (double)group.Max(detail => detail.Confidence)) ?? [];
        var best = new EncodingGuess(Encoding.GetEncoding(Usual), double.MinValue);
        var candidates = CodePages.Concat(statistics.Keys).Append(declared?.CodePage ?? Usual).Distinct()
            .Where(codePage => codePage is not (65001 or 1200 or 1201 or 12000 or 12001 or 20127));
        foreach (var codePage in candidates)
        {
            if (TextDecoder.EncodingOf(codePage) is not { } encoding)
            {
                continue;
            }

            var score = Plausibility.Of(encoding.GetString(sample))
                + (StatisticsWeight * statistics.GetValueOrDefault(codePage))
                + (codePage == Usual ? UsualBonus : 0)
                + (codePage == declared?.CodePage ? DeclaredBonus : 0);
            best = score > best.Certainty ? new EncodingGuess(encoding, score) : best;
        }

        // Many code pages have the same letters in the same places.
        var usual = Encoding.GetEncoding(Usual);
        var isSame = usual.GetString(sample) == best.Encoding.GetString(sample);
        return new EncodingGuess(isSame ? usual : best.Encoding, Math.Clamp(best.Certainty, 0, 1));
    }

    /// <summary>Lines that are not ASCII, because only these tell encodings apart.</summary>
    private static byte[] Sample(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= SampleBytes)
        {
            return bytes.ToArray();
        }

        var sample = new List<byte>(SampleBytes);
        foreach (var range in bytes.Split((byte)'\n'))
        {
            var line = bytes[range];
            if (line.ContainsAnyExceptInRange((byte)0, (byte)0x7f))
            {
                sample.AddRange(line[..Math.Min(line.Length, SampleBytes - sample.Count)]);
                sample.Add((byte)'\n');
                if (sample.Count >= SampleBytes)
                {
                    break;
                }
            }
        }

        return [.. sample];
    }
}
