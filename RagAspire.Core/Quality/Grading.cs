using RagAspire.Search;

namespace RagAspire.Quality;

/// <summary>What the hits of one question are worth.</summary>
/// <param name="FirstPlace">Of the first expected hit, from 1; null when there was none.</param>
public sealed record Grade(double Recall, int? FirstPlace, double Ndcg);

/// <summary>Compares hits with what was expected.</summary>
public static class Grading
{
    /// <summary>Hits that count.</summary>
    public const int Depth = 10;

    /// <summary>Everything expected counts once: a second passage of a found document is worth nothing more.</summary>
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

    private static string Plain(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
