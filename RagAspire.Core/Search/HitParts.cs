using RagAspire.Vectors.Terms;

namespace RagAspire.Search;

/// <summary>Finds the part of a chunk that a query is about, where a chunk has several pages or sections.</summary>
public sealed class HitParts(TextAnalyzer analyzer)
{
    /// <summary>The part with most of the query's words in its text or its headings, the first of equal ones.</summary>
    /// <returns>Null where the chunk has only one part.</returns>
    internal ChunkPart? Best(SearchHit hit, string query)
    {
        if (hit.Place is not { Parts.Count: > 1 } place)
        {
            return null;
        }

        var asked = analyzer.Terms(query).ToHashSet(StringComparer.Ordinal);
        return place.Parts.Select((part, index) => (Part: part, Shared: Shared(hit, place, index, asked)))
            .MaxBy(found => found.Shared).Part;
    }

    private int Shared(SearchHit hit, ChunkPlace place, int index, HashSet<string> asked)
    {
        var from = InText(hit, place, place.Parts[index].Start);
        var to = index + 1 < place.Parts.Count ? InText(hit, place, place.Parts[index + 1].Start) : hit.Text.Length;
        return analyzer.Terms($"{place.Parts[index].Section}\n{hit.Text[from..to]}").Distinct().Count(asked.Contains);
    }

    private static int InText(SearchHit hit, ChunkPlace place, int position) =>
        Math.Clamp(position - place.Start + place.HeaderLength, 0, hit.Text.Length);
}
