namespace RagAspire.Search;

/// <summary>Why a candidate is no hit.</summary>
public enum Exclusion
{
    /// <summary>It is a hit.</summary>
    None,

    /// <summary>It lacks a quoted part of the query.</summary>
    Phrase,

    /// <summary>A better hit has almost the same text.</summary>
    Duplicate,

    /// <summary>Its document has as many better hits as it may have.</summary>
    DocumentLimit,

    /// <summary>There are as many better hits as were asked for.</summary>
    Limit,
}

/// <summary>
/// Takes candidates, best first, and keeps those that are hits: with all quoted parts of the query, one of each text, not too
/// many of one document.
/// </summary>
public sealed class HitSelection(SearchQuery query)
{
    /// <summary>Two texts are one when they share this part of their word sequences.</summary>
    private const double SameText = 0.9;

    private const int Sequence = 4;

    private readonly QuotedPhrases _phrases = QuotedPhrases.Of(query.Text);
    private readonly Dictionary<Guid, int> _documents = [];
    private readonly List<SearchHit> _hits = [];
    private readonly List<HashSet<int>> _texts = [];

    public IReadOnlyList<SearchHit> Hits => _hits;

    public bool IsFull => _hits.Count >= query.Limit;

    /// <summary>How many candidates may be needed to find all hits.</summary>
    public int Candidates(int spare) => (_phrases.IsEmpty, query.PerDocument) switch
    {
        (false, _) => 1_000,
        (_, { } most) => Math.Min(1_000, Math.Max(200, query.Limit * 20 / most)),
        _ => (query.Limit * 2) + spare,
    };

    public Exclusion Offer(SearchHit candidate)
    {
        if (IsFull)
        {
            return Exclusion.Limit;
        }

        if (!_phrases.AreIn(candidate))
        {
            return Exclusion.Phrase;
        }

        var text = Sequences(candidate.Text);
        var same = _texts.FindIndex(other => AreSame(text, other));
        if (same >= 0)
        {
            _hits[same] = _hits[same] with { Duplicates = _hits[same].Duplicates + 1 };
            return Exclusion.Duplicate;
        }

        var before = _documents.GetValueOrDefault(candidate.DocumentId);
        if (before >= query.PerDocument)
        {
            return Exclusion.DocumentLimit;
        }

        _documents[candidate.DocumentId] = before + 1;
        _hits.Add(candidate);
        _texts.Add(text);
        return Exclusion.None;
    }

    private static bool AreSame(HashSet<int> one, HashSet<int> other)
    {
        var (small, large) = one.Count < other.Count ? (one, other) : (other, one);
        var shared = small.Count;
        if (!IsEnough())
        {
            return false;
        }

        foreach (var sequence in small)
        {
            if (!large.Contains(sequence))
            {
                shared--;

                // Most texts differ from the first words on, and then the rest need not be compared.
                if (!IsEnough())
                {
                    return false;
                }
            }
        }

        return true;

        bool IsEnough() => shared >= SameText * (small.Count + large.Count - shared);
    }

    /// <summary>Hashes of all sequences of four words; of a shorter text, of the text.</summary>
    private static HashSet<int> Sequences(string text)
    {
        var words = Words(text);
        var hashes = new HashSet<int>(Math.Max(1, words.Count - Sequence + 1));
        for (var at = 0; at == 0 || at + Sequence <= words.Count; at++)
        {
            var hash = new HashCode();
            for (var i = at; i < Math.Min(at + Sequence, words.Count); i++)
            {
                hash.Add(words[i]);
            }

            hashes.Add(hash.ToHashCode());
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
