using System.Diagnostics;
using RagAspire.TestSupport.Retrieval;
using RagAspire.Vectors;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks;

/// <summary>
/// Another order of the best hits by text: two neighbouring terms of the query are worth more where they stand together, as in
/// the sequential dependence model. It is only measured here.
/// </summary>
internal sealed class Proximity
{
    private const int Window = 8;

    private readonly TextAnalyzer _analyzer;
    private readonly IReadOnlyDictionary<Guid, BeirDocument> _documents;
    private readonly Dictionary<Guid, IReadOnlyList<string>> _terms;
    private readonly Dictionary<string, int> _having;

    public Proximity(TextAnalyzer analyzer, IReadOnlyDictionary<Guid, BeirDocument> documents)
    {
        (_analyzer, _documents) = (analyzer, documents);
        _terms = documents.ToDictionary(document => document.Key, document => analyzer.Terms(document.Value.Whole));
        _having = _terms.Values.SelectMany(terms => terms.Distinct()).CountBy(term => term).ToDictionary();
    }

    /// <param name="weight">
    /// Of the inverse document frequencies of both terms, once where they follow each other, and once where they stand in either
    /// order within eight terms.
    /// </param>
    public IReadOnlyList<IndexHit> Rescore(string query, IReadOnlyList<IndexHit> hits, double weight)
    {
        var terms = _analyzer.Terms(query);
        var pairs = terms.Zip(terms.Skip(1)).Distinct().Where(pair => pair.First != pair.Second).ToList();
        return
        [
            .. hits.Select(hit => hit with { Score = hit.Score + (weight * pairs.Sum(pair => Bonus(pair, _terms[hit.ChunkId]))) })
                .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.ChunkId),
        ];
    }

    /// <summary>How long it takes to have the terms of the best texts, which an index does not keep in their order.</summary>
    /// <returns>Milliseconds for a query, on average.</returns>
    public double MillisecondsToAnalyze(int texts, IEnumerable<IReadOnlyList<IndexHit>> results)
    {
        var (watch, queries) = (new Stopwatch(), 0);
        foreach (var hits in results)
        {
            var found = hits.Take(texts).Select(hit => _documents[hit.ChunkId].Whole).ToList();
            watch.Start();
            found.ForEach(text => _ = _analyzer.Terms(text));
            watch.Stop();
            queries++;
        }

        return watch.Elapsed.TotalMilliseconds / queries;
    }

    private double Bonus((string First, string Second) pair, IReadOnlyList<string> terms)
    {
        var (nearest, follows) = (int.MaxValue, false);
        for (var (at, first, second) = (0, -1, -1); at < terms.Count; at++)
        {
            if (terms[at] == pair.First)
            {
                first = at;
            }
            else if (terms[at] == pair.Second)
            {
                second = at;
                follows |= first == at - 1;
            }
            else
            {
                continue;
            }

            if (first >= 0 && second >= 0)
            {
                nearest = Math.Min(nearest, Math.Abs(first - second));
            }
        }

        return (Rarity(pair.First) + Rarity(pair.Second)) * ((follows ? 1 : 0) + (nearest < Window ? 1 : 0));
    }

    private double Rarity(string term)
    {
        var having = _having.GetValueOrDefault(term);
        return Math.Log(1 + ((_terms.Count - having + .5) / (having + .5)));
    }
}
