using System.Numerics;
using System.Runtime.InteropServices;

namespace RagAspire.Search;

/// <summary>A text by its sequences of four words, to tell whether another one is almost the same.</summary>
internal sealed class ComparedText
{
    /// <summary>Two texts are one when they share this part of their sequences.</summary>
    private const double SameText = 0.9;

    private const int Sequence = 4;

    /// <summary>Hashes of words are spread already; multiplied by an odd number they count by their place.</summary>
    private const int Odd = 0x2545F491;

    /// <summary>By so many hashes two texts are compared at first; a chunk has some hundred sequences.</summary>
    private const int Bits = 4096;

    private readonly List<int> _sequences;
    private readonly ulong[] _bits = new ulong[Bits / 64];
    private HashSet<int>? _distinct;

    public ComparedText(string text)
    {
        _sequences = Sequences(text);
        foreach (var hash in _sequences)
        {
            var bit = (uint)hash % Bits;
            _bits[bit / 64] |= 1UL << (int)(bit % 64);
        }
    }

    /// <summary>Hashes of the sequences; of a shorter text, of the text.</summary>
    private HashSet<int> Distinct => _distinct ??= [.. _sequences];

    public bool IsSame(ComparedText other)
    {
        if (!MayBeSame(other))
        {
            return false;
        }

        var (small, large) = Distinct.Count < other.Distinct.Count ? (Distinct, other.Distinct) : (other.Distinct, Distinct);
        var shared = small.Count(large.Contains);
        return shared >= SameText * (small.Count + large.Count - shared);
    }

    /// <summary>Most texts share hardly a bit. A bit that differs is of a sequence that only one of both has.</summary>
    private bool MayBeSame(ComparedText other)
    {
        var (differing, most) = (0, Math.Min(_sequences.Count, other._sequences.Count) * (1 - SameText) / SameText);
        for (var i = 0; i < _bits.Length; i++)
        {
            differing += BitOperations.PopCount(_bits[i] ^ other._bits[i]);
        }

        // One more, because of rounding.
        return differing <= most + 1;
    }

    private static List<int> Sequences(string text)
    {
        var words = CollectionsMarshal.AsSpan(Words(text));
        var hashes = new List<int>(Math.Max(1, words.Length - Sequence + 1));
        for (var at = 0; at == 0 || at + Sequence <= words.Length; at++)
        {
            var hash = 0;
            foreach (var word in words[at..Math.Min(at + Sequence, words.Length)])
            {
                hash = (hash * Odd) + word;
            }

            hashes.Add(hash);
        }

        return hashes;
    }

    /// <summary>The hash of each word: a text has hundreds, and each is in four sequences.</summary>
    private static List<int> Words(string text)
    {
        var hashes = new List<int>(text.Length / 5);
        var rest = text.AsSpan();
        while (!(rest = rest.TrimStart()).IsEmpty)
        {
            var length = 0;
            while (length < rest.Length && !char.IsWhiteSpace(rest[length]))
            {
                length++;
            }

            hashes.Add(string.GetHashCode(rest[..length].TrimEnd(".,;:!?)\""), StringComparison.OrdinalIgnoreCase));
            rest = rest[length..];
        }

        return hashes;
    }
}
