using System.Globalization;
using System.Text;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>Values that programs are known to fall over, drawn by a seeded generator.</summary>
internal static class HostileValues
{
    private static readonly string[] Texts =
    [
        "", " ", "\0", "\n", "\r\n", "a\0b", "null", "true", "0", "-1", "9223372036854775808", "1e400", "NaN",
        "' or 1=1 --", "\"; drop table documents; --", "%", "%_%", "\\", "../../etc/passwd", "..%2f..%2f", "C:\\x", "file:///etc/passwd",
        "${jndi:ldap://x}", "{{7*7}}", "<script>alert(1)</script>", "\u001b[31m", "\u202Egnp", "\uFEFF", "\uFFFD", "\uD800", "\uDC00x",
        "😀", "é", "e\u0301", "ﬃ", "İ", "ß", "日本語", "العربية", "[2147483648]", "[1][99999999999]", "( ( ( (", "a* b* c*", "\"unclosed",
        "AND OR NOT", "!&|<->:*", "2024-02-30", "00000000-0000-0000-0000-000000000000", "default\n", "Default",
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "-1", "1", "2147483647", "2147483648", "-2147483649", "9223372036854775807", "1e308", "1e309", "0.1", "1.0", "1e-400",
        "00", "1_000", "0x10", "99999999999999999999999999999999999999",
    ];

    /// <summary>The same in every process, which the framework's own hash is not.</summary>
    public static int Seed(int seed, long number) =>
        (int)((((uint)seed * 0x9E3779B97F4A7C15UL) + ((ulong)number * 0xBF58476D1CE4E5B9UL)) >> 33);

    public static string Text(Random random) => random.Next(12) switch
    {
        0 => new string((char)random.Next(32, 127), random.Next(1, 5000)),
        1 => Pick(random, Texts) + Pick(random, Texts),
        2 => string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => (char)random.Next(0, 0x2FFF))),
        3 => string.Join(' ', Enumerable.Repeat(Pick(random, Texts), random.Next(1, 200))),
        _ => Pick(random, Texts),
    };

    public static string Number(Random random) => random.Next(4) == 0
        ? random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture)
        : Pick(random, Numbers);

    public static Guid Id(Random random) => new([.. Enumerable.Range(0, 16).Select(_ => (byte)random.Next(256))]);

    /// <summary>JSON of any type, at times not closed.</summary>
    /// <param name="depth">How deep it may be.</param>
    public static string Json(Random random, int depth) => random.Next(8) switch
    {
        0 => "null",
        1 => Number(random),
        2 => "[]",
        3 => "{}",
        4 when depth >= 0 => $"[{Json(random, depth - 1)},null]",
        5 => new string('[', random.Next(1, 200)),
        _ => Quote(Text(random)),
    };

    /// <summary>A text as JSON; lone surrogates too, which the serialiser would replace.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var letter in text)
        {
            _ = letter is '"' or '\\' or < ' ' or (>= '\uD800' and <= '\uDFFF')
                ? quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}")
                : quoted.Append(letter);
        }

        return quoted.Append('"').ToString();
    }

    public static string WithoutLoneSurrogates(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    public static T Pick<T>(Random random, IReadOnlyList<T> values) => values[random.Next(values.Count)];

    /// <summary>Changes some bytes: flipped, removed, repeated, cut off, or replaced by others of the same file.</summary>
    public static byte[] Mutate(Random random, byte[] bytes)
    {
        var changed = bytes.ToList();
        for (var change = random.Next(1, 8); change > 0 && changed.Count > 0; change--)
        {
            var at = random.Next(changed.Count);
            var length = Math.Min(random.Next(1, 64), changed.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed.RemoveRange(at, length);
                    break;
                case 2:
                    var piece = changed.GetRange(at, length);
                    changed.InsertRange(at, Enumerable.Repeat(piece, random.Next(1, 200)).SelectMany(same => same));
                    break;
                case 3:
                    changed.RemoveRange(at, changed.Count - at);
                    break;
                case 4:
                    changed.InsertRange(at, Encoding.UTF8.GetBytes(Text(random)));
                    break;
                default:
                    var from = random.Next(changed.Count);
                    changed.InsertRange(at, changed.GetRange(from, Math.Min(length, changed.Count - from)));
                    break;
            }
        }

        return [.. changed];
    }
}
