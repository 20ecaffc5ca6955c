using Npgsql;
using RagAspire.Database;
using RagAspire.Metadata;
using RagAspire.Vectors;

namespace RagAspire.Search;

/// <summary>
/// Reads the chunks that an index found, or finds them itself by PostgreSQL's full text. Only chunks of the asked
/// collection, with the asked labels, of a document's ready version that the caller may see are returned, even if the index is
/// out of date.
/// </summary>
public sealed class ChunkSearchStore(NpgsqlDataSource dataSource, HitParts parts)
{
    private const int PageSize = 20;

    private const string Columns = "c.document_id, c.document_name, c.id, c.ordinal, c.text, c.page, c.section, p.place";

    /// <summary>The chunks of an index's hits that may be hits, in the order of the hits, until the selection is full.</summary>
    public async Task ReadAsync(
        IReadOnlyList<IndexHit> found, SearchQuery query, HitSelection selection, CancellationToken cancellationToken)
    {
        // Also without a hit: a database that is away must not look like a collection without the words.
        var pages = found.Count == 0 ? [[]] : found.Chunk((query.Limit * 2) + PageSize);
        foreach (var page in pages.TakeWhile(_ => !selection.IsFull))
        {
            foreach (var candidate in await ReadAsync(page, query, cancellationToken))
            {
                selection.Offer(candidate);
            }
        }
    }

    /// <summary>The chunks of an index's hits, in the order of the hits.</summary>
    public async Task<IReadOnlyList<SearchHit>> ReadAsync(
        IReadOnlyList<IndexHit> found, SearchQuery query, CancellationToken cancellationToken)
    {
        var filter = FilterSql.Of(query.Filter, "c", "document_name", first: 6);
        return await dataSource.Command($"""
            select f.score, {Columns}
            from unnest($1::uuid[], $2::float8[]) with ordinality as f(id, score, place)
            join searchable_chunks c on c.id = f.id
            join chunks p on p.id = c.id
            where c.collection = $3 and c.tags @> $4 and ($5::text[] is null or cardinality(c.groups) = 0 or c.groups && $5)
                and {filter.Condition}
            order by f.place
            """,
            [
                found.Select(hit => hit.ChunkId).ToArray(),
                found.Select(hit => hit.Score).ToArray(),
                query.Collection,
                Commands.Jsonb(query.Tags),
                query.Groups?.ToArray(),
                .. filter.Values,
            ]).ListAsync(row => ReadHit(row, query), cancellationToken);
    }

    /// <summary>The fallback without an index: chunks with any of the words, best rank first.</summary>
    public async Task<IReadOnlyList<SearchHit>> FullTextAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var filter = FilterSql.Of(query.Filter, "c", "document_name", first: 6);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // A plan that is kept for any values knows neither how rare the words are nor the tags: it reads all documents.
        await connection.Command("set local plan_cache_mode = force_custom_plan").ExecuteAsync(cancellationToken);
        return await connection.Command($"""
            with words as (select replace(plainto_tsquery('english', $1)::text, '&', '|')::tsquery as query)
            select ts_rank(c.search, words.query)::float8, {Columns}
            from words, searchable_chunks c join chunks p on p.id = c.id
            where c.search @@ words.query and c.collection = $2 and c.tags @> $3
                and ($5::text[] is null or cardinality(c.groups) = 0 or c.groups && $5)
                and {filter.Condition}
            order by 1 desc, c.id
            limit $4
            """,
            [query.Text, query.Collection, Commands.Jsonb(query.Tags), query.Limit, query.Groups?.ToArray(), .. filter.Values])
            .ListAsync(row => ReadHit(row, query), cancellationToken);
    }

    private SearchHit ReadHit(NpgsqlDataReader row, SearchQuery query)
    {
        var hit = new SearchHit(
            row.GetGuid(1),
            row.GetString(2),
            row.GetGuid(3),
            row.GetInt32(4),
            row.GetString(5),
            row.GetDouble(0),
            row.Nullable<int?>("page"),
            row.Nullable<string>("section"))
        {
            Place = ChunkPlaces.Read(row.Nullable<string>("place")),
        };
        return parts.Best(hit, query.Text) is { } part ? hit with { Page = part.Page, Section = part.Section } : hit;
    }
}
