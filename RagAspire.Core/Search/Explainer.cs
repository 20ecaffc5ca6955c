using System.Text.RegularExpressions;
using Npgsql;
using RagAspire.Database;
using RagAspire.Metadata;
using RagAspire.Usage;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Terms;

namespace RagAspire.Search;

/// <summary>Explains a search by asking the index for each ranking alone.</summary>
public sealed partial class Explainer(
    NpgsqlDataSource dataSource,
    IVectorIndex index,
    Embedder embedder,
    EmbeddingStore embeddings,
    Bm25Encoder encoder,
    ChunkSearchStore chunks)
{
    private const int Depth = 1_000;

    /// <param name="expected">Ids of documents or chunks.</param>
    /// <exception cref="VectorIndexUnavailableException">There is no ranking to explain.</exception>
    public async Task<Explanation> ExplainAsync(
        SearchQuery query,
        IReadOnlyList<SearchHit> hits,
        IReadOnlyList<Guid> expected,
        TermFrequencies? frequencies,
        CancellationToken cancellationToken)
    {
        var rankings = await RankAsync(query, cancellationToken);
        var missing = await MissingAsync(query, hits, expected, rankings, cancellationToken);
        var ids = hits.Select(hit => hit.ChunkId)
            .Concat(missing.Select(each => each.ChunkId).OfType<Guid>()).Distinct().ToArray();
        var words = Word().Matches(query.Text).Select(word => word.Value.ToLowerInvariant()).Distinct().ToList();
        var terms = encoder.ExplainQuery(query.Text);
        var explained = (await embeddings.ReadyPointsAsync(ids, cancellationToken))
            .ToDictionary(point => point.ChunkId, point => Explain(point, words, terms, rankings));
        return new Explanation(
            [.. words.Select(word => Explain(word, frequencies))],
            [.. hits.Select(hit => explained.GetValueOrDefault(hit.ChunkId)).OfType<ExplainedChunk>()],
            [.. missing.Select(each => new ExplainedAbsence(
                each.Id, each.Reason, each.ChunkId is { } chunk ? explained.GetValueOrDefault(chunk) : null))])
        {
            IndexTerms = await ExplainAsync(query, terms, cancellationToken),
        };
    }

    private async Task<IReadOnlyList<ExplainedIndexTerm>> ExplainAsync(
        SearchQuery query, IReadOnlyList<QueryTerm> terms, CancellationToken cancellationToken)
    {
        // A collection's statistics would tell of documents that the caller does not see.
        var rarity = query.Groups is null
            ? await index.RarityAsync(query.Collection, [.. terms.Select(term => term.Hash)], cancellationToken)
            : null;
        return [.. terms.Select((term, at) => new ExplainedIndexTerm(term.Text, term.Kind, term.Weight, rarity?[at]))];
    }

    private static ExplainedTerm Explain(string word, TermFrequencies? frequencies)
    {
        if (frequencies is null || !frequencies.ChunksWith.TryGetValue(word, out var count))
        {
            return new ExplainedTerm(word, null, null);
        }

        var weight = Math.Log(1 + ((Math.Max(0, frequencies.Chunks - count) + 0.5) / (count + 0.5)));
        return new ExplainedTerm(word, count, weight);
    }

    private ExplainedChunk Explain(IndexPoint point, List<string> words, IReadOnlyList<QueryTerm> terms, Rankings rankings)
    {
        var counts = point.Terms.Indices.Zip(point.Terms.Values).ToDictionary(term => term.First, term => term.Second);
        return new ExplainedChunk(
            point.ChunkId,
            point.DocumentId,
            rankings.Text.GetValueOrDefault(point.ChunkId),
            rankings.Vector.GetValueOrDefault(point.ChunkId),
            rankings.Fused.GetValueOrDefault(point.ChunkId),
            point.Dense is not null,
            words.ToDictionary(word => word, word => Occurrences(word, counts)))
        {
            IndexTerms = [.. terms.Where(term => counts.ContainsKey(term.Hash))
                .Select(term => new ExplainedOccurrence(term.Text, term.Kind, counts[term.Hash]))],
        };
    }

    /// <summary>One occurrence may have several terms, such as a code with its pieces, or a word and its stem.</summary>
    private float Occurrences(string word, Dictionary<uint, float> counts) =>
        encoder.EncodeQuery(word).Indices.Select(term => counts.GetValueOrDefault(term)).DefaultIfEmpty().Max();

    private async Task<Rankings> RankAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var terms = query.Mode == SearchMode.Vector ? null : encoder.EncodeQuery(query.Text);
        var dense = query.Mode == SearchMode.Text || embedder.Model is null ? null : await EmbedAsync(query, cancellationToken);
        terms ??= dense is null ? encoder.EncodeQuery(query.Text) : null;
        async Task<IReadOnlyList<IndexHit>> Search(TermVector? byText, float[]? byVector) => byText is null && byVector is null
            ? []
            : await index.SearchAsync(
                new IndexQuery(query.Collection, byText, byVector, query.Tags, Depth)
                {
                    Groups = query.Groups,
                    Filter = query.Filter,
                },
                cancellationToken);
        var fused = await Search(terms, dense);
        return new Rankings(Places(await Search(terms, null)), Places(await Search(null, dense)), Places(fused), fused);
    }

    private async Task<float[]?> EmbedAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var usage = new UsageContext(query.KeyId, query.Collection, UsageKind.Search);
            return await embedder.EmbedQueryAsync(query.Text, usage, cancellationToken);
        }
        catch (EmbeddingUnavailableException)
        {
            // The search itself was by text only, and says so.
            return null;
        }
    }

    private async Task<List<Absence>> MissingAsync(
        SearchQuery query, IReadOnlyList<SearchHit> hits, IReadOnlyList<Guid> expected, Rankings rankings,
        CancellationToken cancellationToken)
    {
        var found = hits.SelectMany(hit => new[] { hit.ChunkId, hit.DocumentId }).ToHashSet();
        var absent = expected.Where(id => !found.Contains(id)).Distinct().ToArray();
        if (absent.Length == 0)
        {
            return [];
        }

        var selection = new HitSelection(query);
        var reasons = (await chunks.ReadAsync(rankings.Order, query, cancellationToken))
            .ToDictionary(candidate => candidate.ChunkId, selection.Offer);
        var filter = FilterSql.Of(query.Filter, "c", "document_name", first: 5);
        var candidates = (await dataSource.Command($"""
            with seen as (
                select * from searchable_chunks c
                where c.collection = $2 and ($4::text[] is null or cardinality(c.groups) = 0 or c.groups && $4))
            select c.id as asked, c.id, c.tags @> $3, {filter.Condition} from seen c where c.id = any($1)
            union all
            select c.document_id, c.id, c.tags @> $3, {filter.Condition} from seen c where c.document_id = any($1)
            """, [absent, query.Collection, Commands.Jsonb(query.Tags), query.Groups?.ToArray(), .. filter.Values]).ListAsync(
            row => new Candidate(row.GetGuid(0), row.GetGuid(1), row.GetBoolean(2), row.GetBoolean(3)), cancellationToken))
            .ToLookup(row => row.Id);
        return [.. absent.Select(id => candidates[id].Any()
            ? Absent(id, candidates[id].MinBy(row => rankings.RankOf(row.ChunkId))!)
            : new Absence(id, null, "The collection has no searchable document or chunk with this id."))];

        Absence Absent(Guid id, Candidate best) => new(id, best.ChunkId, Reason(best, reasons, rankings));
    }

    private static string Reason(Candidate candidate, Dictionary<Guid, Exclusion> reasons, Rankings rankings)
    {
        if (!candidate.HasTags)
        {
            return "Its document does not have the tags.";
        }

        if (!candidate.PassesFilter)
        {
            return "Its document does not pass the filter.";
        }

        if (!reasons.TryGetValue(candidate.ChunkId, out var exclusion))
        {
            return "It is not among the best 1,000 of the ranking.";
        }

        return exclusion switch
        {
            Exclusion.Phrase => "It lacks a quoted part of the query.",
            Exclusion.Duplicate => "A better hit has almost the same text.",
            Exclusion.DocumentLimit => "Better hits of its document fill the limit of hits of one document.",
            _ => $"It has place {rankings.RankOf(candidate.ChunkId)}, after the limit.",
        };
    }

    private static Dictionary<Guid, ExplainedRank> Places(IReadOnlyList<IndexHit> hits) => hits
        .Select((hit, at) => (hit.ChunkId, Place: new ExplainedRank(at + 1, hit.Score)))
        .ToDictionary(each => each.ChunkId, each => each.Place);

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();

    private sealed record Rankings(
        Dictionary<Guid, ExplainedRank> Text, Dictionary<Guid, ExplainedRank> Vector, Dictionary<Guid, ExplainedRank> Fused,
        IReadOnlyList<IndexHit> Order)
    {
        public int RankOf(Guid chunk) => Fused.TryGetValue(chunk, out var place) ? place.Rank : int.MaxValue;
    }

    private sealed record Candidate(Guid Id, Guid ChunkId, bool HasTags, bool PassesFilter);

    private sealed record Absence(Guid Id, Guid? ChunkId, string Reason);
}
