using RagAspire.Search;

namespace RagAspire.Quality;

/// <summary>The metrics of one question, each from 0 to 1.</summary>
/// <param name="FirstPlace">Rank of the first expected hit, from 1; null without one.</param>
public sealed record Grade(double Recall, int? FirstPlace, double Ndcg);

/// <summary>Compares hits with expectations.</summary>
public static class Grading
{
    /// <summary>The number of hits that are compared.</summary>
    public const int Depth = 10;

    /// <summary>Every expectation counts once: further chunks of a document that was found add nothing.</summary>
    public static Grade Of(IReadOnlyList<Expectation> expected, IReadOnlyList<SearchHit> hits)
    {
        var open = expected.ToList();
        int? firstPlace = null;
        var gain = 0d;
        for (var place = 1; place <= Math.Min(Depth, hits.Count); place++)
        {
            var hit = hits[place - 1];
            if (firstPlace is null && expected.Any(expectation => Fits(expectation, hit)))
            {
                firstPlace = place;
            }

            if (open.RemoveAll(expectation => Fits(expectation, hit)) > 0)
            {
                gain += Worth(place);
            }
        }

        var found = expected.Count - open.Count;
        var best = Enumerable.Range(1, Math.Min(Depth, expected.Count)).Sum(Worth);
        return new Grade((double)found / expected.Count, firstPlace, Math.Min(1, gain / best));
    }

    private static double Worth(int place) => 1 / Math.Log2(place + 1);

    private static bool Fits(Expectation expected, SearchHit hit) =>
        (expected.DocumentId is null || expected.DocumentId == hit.DocumentId)
        && (expected.DocumentName is null || expected.DocumentName == hit.DocumentName)
        && (expected.Quote is null || Plain(hit.Text).Contains(Plain(expected.Quote), StringComparison.OrdinalIgnoreCase));

    private static string Plain(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
