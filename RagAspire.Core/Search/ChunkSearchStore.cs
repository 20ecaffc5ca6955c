using Npgsql;
using RagAspire.Database;
using RagAspire.Vectors;

namespace RagAspire.Search;

/// <summary>
/// Reads the chunks that an index found, or finds them itself by PostgreSQL's full text. Only chunks of the asked
/// collection, with the asked tags, of a document's ready version are returned, even if the index is out of date.
/// </summary>
public sealed class ChunkSearchStore(NpgsqlDataSource dataSource)
{
    private const string Columns = "c.document_id, c.document_name, c.id, c.ordinal, c.text, c.page, c.section";

    /// <summary>The chunks of an index's hits, in the order of the hits.</summary>
    public async Task<IReadOnlyList<SearchHit>> ReadAsync(
        IReadOnlyList<IndexHit> found, SearchQuery query, CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            select {Columns}, f.score
            from unnest($1::uuid[], $2::float8[]) with ordinality as f(id, score, place)
            join searchable_chunks c on c.id = f.id
            where c.collection = $3 and c.tags @> $4
            order by f.place
            limit $5
            """,
            found.Select(hit => hit.ChunkId).ToArray(),
            found.Select(hit => hit.Score).ToArray(),
            query.Collection,
            Commands.Jsonb(query.Tags),
            query.Limit).ListAsync(ReadHit, cancellationToken);

    /// <summary>The fallback without an index: chunks with any of the words, best rank first.</summary>
    public async Task<IReadOnlyList<SearchHit>> FullTextAsync(SearchQuery query, CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            with words as (select replace(plainto_tsquery('english', $1)::text, '&', '|')::tsquery as query)
            select {Columns}, ts_rank(c.search, words.query)::float8
            from words, searchable_chunks c
            where c.search @@ words.query and c.collection = $2 and c.tags @> $3
            order by 8 desc, c.id
            limit $4
            """, query.Text, query.Collection, Commands.Jsonb(query.Tags), query.Limit).ListAsync(ReadHit, cancellationToken);

    private static SearchHit ReadHit(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetGuid(2),
        row.GetInt32(3),
        row.GetString(4),
        row.GetDouble(7),
        row.IsDBNull(5) ? null : row.GetInt32(5),
        row.IsDBNull(6) ? null : row.GetString(6));
}
