using System.Text.RegularExpressions;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Search;

/// <summary>How rare words are among the chunks of a collection.</summary>
/// <param name="Chunks">Chunks of the first <see cref="DocumentFrequency.MostDocuments"/> documents of the collection.</param>
/// <param name="ChunksWith">
/// By word: how many chunks hold it in any form, counted up to <see cref="DocumentFrequency.Most"/>. Stop words such as
/// "the" count as being in all.
/// </param>
public sealed record TermFrequencies(long Chunks, IReadOnlyDictionary<string, long> ChunksWith);

/// <summary>Counts the chunks that hold each word of a text, by PostgreSQL's full text, so for every kind of index.</summary>
public sealed partial class DocumentFrequency(NpgsqlDataSource dataSource)
{
    /// <summary>A word in this many chunks is common, and its exact count makes no difference.</summary>
    public const int Most = 1_000;

    public const int MostDocuments = 10_000;

    private const int MostWords = 40;
    private const int PatienceSeconds = 2;

    /// <returns>Null when counting takes too long; then all words weigh the same.</returns>
    public async Task<TermFrequencies?> CountAsync(string text, string collection, CancellationToken cancellationToken)
    {
        var words = Word().Matches(text).Select(word => word.Value.ToLowerInvariant()).Distinct().Take(MostWords).ToArray();
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

            // Without this limit the whole posting list of a frequent word is read before the first row is returned.
            await connection.Command($"set local gin_fuzzy_search_limit = {Most * 10}").ExecuteAsync(cancellationToken);
            var chunks = await connection.Command($"""
                select coalesce(sum(chunk_count), 0)::bigint
                from (select chunk_count from documents where collection = $1 and ready_version is not null limit {MostDocuments}) documents
                """, collection).ScalarAsync<long>(cancellationToken);
            var counting = connection.Command($"""
                select w.word, case when numnode(w.query) = 0 then $3 else (
                    select count(*) from (
                        select from searchable_chunks c
                        where c.search @@ w.query and c.collection = $2 limit {Most}) found) end
                from (select word, plainto_tsquery('english', word) as query from unnest($1::text[]) word) w
                """, words, collection, chunks);
            counting.CommandTimeout = PatienceSeconds;
            var counts = await counting.ListAsync(row => (Word: row.GetString(0), Count: row.GetInt64(1)), cancellationToken);
            return new TermFrequencies(
                chunks, counts.ToDictionary(count => count.Word, count => count.Count, StringComparer.Ordinal));
        }
        catch (NpgsqlException ex) when (ex.InnerException is TimeoutException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();
}
