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
    /// <summary>Of what is read after the first candidates did not suffice.</summary>
    private const int PageSize = 40;

    private const string Columns = "c.document_id, c.document_name, c.id, c.ordinal, c.text, c.page, c.section, p.place";

    /// <summary>The chunks of an index's hits that may be hits, in the order of the hits, until the selection is full.</summary>
    public async Task ReadAsync(
        IReadOnlyList<IndexHit> found, SearchQuery query, HitSelection selection, CancellationToken cancellationToken)
    {
        // Nearly all candidates are hits, and their texts are most of what a search costs.
        var first = query.Limit + (query.Limit / 4) + 2;
        var pages = found.Skip(first).Chunk(query.Limit + PageSize)
            // Also without a hit: a database that is away must not look like a collection without the words.
            .Prepend([.. found.Take(first)]);
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

    /// <summary>
    /// The chunks right before and after others in the same version of their documents, without these. The ones after come first.
    /// </summary>
    public async Task<IReadOnlyList<SearchHit>> NeighboursAsync(
        Guid[] chunkIds, SearchQuery query, CancellationToken cancellationToken)
    {
        if (chunkIds.Length == 0)
        {
            return [];
        }

        var filter = FilterSql.Of(query.Filter, "c", "document_name", first: 5);
        return await dataSource.Command($"""
            select 0::float8, {Columns}
            from chunks f
            join searchable_chunks c on c.document_id = f.document_id and c.version = f.version
                and c.ordinal in (f.ordinal - 1, f.ordinal + 1)
            join chunks p on p.id = c.id
            where f.id = any($1) and c.id <> all($1)
                and c.collection = $2 and c.tags @> $3 and ($4::text[] is null or cardinality(c.groups) = 0 or c.groups && $4)
                and {filter.Condition}
            order by c.document_id, c.ordinal desc
            """,
            [chunkIds, query.Collection, Commands.Jsonb(query.Tags), query.Groups?.ToArray(), .. filter.Values])
            .ListAsync(row => ReadHit(row, query), cancellationToken);
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
