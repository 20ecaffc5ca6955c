using System.Collections.ObjectModel;
using System.Text.Json;
using Npgsql;
using RagAspire.Database;
using RagAspire.Quality;
using RagAspire.Search;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Backups.Drill;

/// <summary>
/// Builds this version's index over migrated data and searches it by text: sampled chunks have to find themselves, past
/// questions what was found for them, and golden sets what they did when they were last evaluated.
/// </summary>
public sealed class UpgradeSearches(DrillIndex drillIndex, Bm25Encoder encoder)
{
    private const int Hits = 10;
    private const double RequiredOfSamples = .9;

    /// <summary>Retrieval may become better or other, so half of what was found before is enough.</summary>
    private const double RequiredOfQuestions = .5;

    private const double AllowedLoss = .05;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    internal async Task<IReadOnlyList<UpgradeStep>> CompareAsync(NpgsqlDataSource migrated, CancellationToken cancellationToken)
    {
        FilledIndex? filled = null;
        var built = await UpgradeCheck.TimeAsync("index", async () =>
        {
            filled = await drillIndex.FillAsync(migrated, cancellationToken);
            return (true, filled is null ? "not built: there are more chunks than Backups:DrillIndexLimit" : "built");
        });
        if (filled is null)
        {
            return [built];
        }

        using (filled)
        {
            return
            [
                built,
                await UpgradeCheck.TimeAsync("searches", () => SamplesAsync(filled, cancellationToken)),
                await UpgradeCheck.TimeAsync("questions", () => QuestionsAsync(filled.Index, migrated, cancellationToken)),
                await UpgradeCheck.TimeAsync("golden sets", () => GoldenSetsAsync(filled.Index, migrated, cancellationToken)),
            ];
        }
    }

    private static async Task<(bool, string)> SamplesAsync(FilledIndex filled, CancellationToken cancellationToken)
    {
        var (asked, found) = (0, 0);
        foreach (var (query, chunk) in filled.Samples.Where(sample => sample.Query.Terms!.Indices.Length > 0))
        {
            var hits = await filled.Index.SearchAsync(query, cancellationToken);
            asked++;
            found += hits.Take(Hits).Any(hit => hit.ChunkId == chunk) ? 1 : 0;
        }

        return (found >= asked * RequiredOfSamples, $"{found} of {asked} sampled chunks find themselves");
    }

    private async Task<(bool, string)> QuestionsAsync(
        InProcessVectorIndex index, NpgsqlDataSource migrated, CancellationToken cancellationToken)
    {
        var asked = await migrated.Command("""
            select question, collection, cited from (
                select question, collection, created_at,
                    array(select id from searchable_chunks where id = any (chunk_ids)) as cited
                from answers order by created_at desc limit 200) recent
            where cardinality(cited) > 0 order by created_at desc limit 50
            """).ListAsync(row => (row.GetString(0), row.GetString(1), row.GetFieldValue<Guid[]>(2)), cancellationToken);
        var found = 0;
        foreach (var (question, collection, cited) in asked)
        {
            var hits = await index.SearchAsync(Query(question, collection), cancellationToken);
            found += hits.Any(hit => cited.Contains(hit.ChunkId)) ? 1 : 0;
        }

        return (found >= asked.Count * RequiredOfQuestions, asked.Count == 0
            ? "no answer of before can be compared"
            : $"{found} of {asked.Count} past questions find a source of their answer");
    }

    private async Task<(bool, string)> GoldenSetsAsync(
        InProcessVectorIndex index, NpgsqlDataSource migrated, CancellationToken cancellationToken)
    {
        var sets = await migrated.Command("""
            select g.collection, g.questions, e.recall_at_10, e.degraded
            from golden_sets g left join lateral (
                select recall_at_10, degraded from retrieval_evaluations r
                where r.collection = g.collection order by evaluated_at desc limit 1) e on true
            order by g.collection
            """).ListAsync(
            row => (
                Collection: row.GetString(0),
                Questions: JsonSerializer.Deserialize<List<GoldenQuestion>>(row.GetString(1), Json)!,
                Before: row.IsDBNull(2) ? (double?)null : row.GetDouble(2),
                WasByText: !row.IsDBNull(3)),
            cancellationToken);
        var chunks = new ChunkSearchStore(migrated, new HitParts(new TextAnalyzer()));
        var (isGood, results) = (true, new List<string>());
        foreach (var set in sets.Where(set => set.Questions.Count > 0))
        {
            var recall = 0d;
            foreach (var question in set.Questions)
            {
                var found = await index.SearchAsync(Query(question.Question, set.Collection), cancellationToken);
                var asked = new SearchQuery(
                    question.Question, set.Collection, Hits, SearchMode.Text, ReadOnlyDictionary<string, string>.Empty);
                recall += Grading.Of(question.Expected, await chunks.ReadAsync(found, asked, cancellationToken)).Recall;
            }

            recall /= set.Questions.Count;

            // A set that was evaluated with vectors is expected to find less by text alone.
            isGood &= !set.WasByText || recall >= set.Before - AllowedLoss;
            results.Add(FormattableString.Invariant(
                $"{set.Collection}: recall {recall:0.00} by text, {(set.Before is { } before ? FormattableString.Invariant($"{before:0.00}") : "none")} before{(set.WasByText ? "" : " with vectors")}"));
        }

        return (isGood, results.Count == 0 ? "there are none" : string.Join("; ", results));
    }

    private IndexQuery Query(string text, string collection) =>
        new(collection, encoder.EncodeQuery(text), null, ReadOnlyDictionary<string, string>.Empty, Hits);
}
