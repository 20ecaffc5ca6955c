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
    private readonly QuotedPhrases _phrases = QuotedPhrases.Of(query.Text);
    private readonly Dictionary<Guid, int> _documents = [];
    private readonly List<SearchHit> _hits = [];
    private readonly List<ComparedText> _texts = [];

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

        var text = new ComparedText(candidate.Text);
        var same = _texts.FindIndex(text.IsSame);
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
}
