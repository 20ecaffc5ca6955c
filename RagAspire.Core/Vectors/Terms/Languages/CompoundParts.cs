using System.Buffers;
using System.Collections.Frozen;

namespace RagAspire.Vectors.Terms.Languages;

/// <summary>
/// Where a compound may be cut in two. Without a dictionary each place counts where the second part could begin a word by its
/// consonants, so a compound has some parts that are no words, and that no query asks for.
/// </summary>
internal static class CompoundParts
{
    /// <summary>Of a part; shorter ones begin or end too many words by chance.</summary>
    public const int Shortest = 4;

    public const int ShortestCompound = 9;

    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouyäöüåøæáéíóúőűàèìòùâêîôûëï");

    /// <summary>What words of Germanic languages and Finnish begin with, of two consonants and more.</summary>
    private static readonly FrozenSet<string> Onsets = (
        "bj bl br ch cl cr dj dr dw fj fl fn fr gj gl gn gr hj hv kj kl kn kr kv lj mj nj pf pfl ph pj pl pr ps qu rh sch schl schm schn "
        + "schr schw sj sk skj skr skv sl sm sn sp spj spl spr st stj str sv sw th tj tr ts tv tw vl vr wr zw gy ny sz zs cs ly ty")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The lengths of the first parts that are possible.</summary>
    public static IEnumerable<int> Of(string word)
    {
        for (var at = Shortest; at <= word.Length - Shortest; at++)
        {
            if (word.AsSpan(0, at).ContainsAny(Vowels) && CanBegin(word.AsSpan(at)))
            {
                yield return at;
            }
        }
    }

    private static bool CanBegin(ReadOnlySpan<char> part)
    {
        var consonants = part.IndexOfAny(Vowels);
        return consonants switch
        {
            < 0 => false,
            <= 1 => true,
            _ => Onsets.GetAlternateLookup<ReadOnlySpan<char>>().Contains(part[..consonants]),
        };
    }
}
