using System.Text.RegularExpressions;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Search;

/// <summary>How rare words are among the passages of a collection.</summary>
/// <param name="Passages">All of the collection; at the most <see cref="DocumentFrequency.MostDocuments"/> documents are asked for theirs.</param>
/// <param name="PassagesWith">
/// By word: how many passages hold it in any form, counted up to <see cref="DocumentFrequency.Most"/>. Words that stand
/// everywhere, such as "the", are in all.
/// </param>
public sealed record TermFrequencies(long Passages, IReadOnlyDictionary<string, long> PassagesWith);

/// <summary>Counts the passages that hold each word of a text, by PostgreSQL's full text, whatever index there is.</summary>
public sealed partial class DocumentFrequency(NpgsqlDataSource dataSource)
{
    /// <summary>A word in this many passages is a common one, and its exact number tells nothing more.</summary>
    public const int Most = 1_000;

    public const int MostDocuments = 10_000;

    private const int MostWords = 40;
    private const int PatienceSeconds = 2;

    /// <returns>Null where counting takes too long; all words are as good as each other then.</returns>
    public async Task<TermFrequencies?> CountAsync(string text, string collection, CancellationToken cancellationToken)
    {
        var words = Word().Matches(text).Select(word => word.Value.ToLowerInvariant()).Distinct().Take(MostWords).ToArray();
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

            // A word that is everywhere would be read to its end before the first row comes.
            await connection.Command($"set local gin_fuzzy_search_limit = {Most * 10}").ExecuteAsync(cancellationToken);
            var passages = await connection.Command($"""
                select coalesce(sum(chunk_count), 0)::bigint
                from (select chunk_count from documents where collection = $1 and ready_version is not null limit {MostDocuments}) documents
                """, collection).ScalarAsync<long>(cancellationToken);
            var counting = connection.Command($"""
                select w.word, case when numnode(w.query) = 0 then $3 else (
                    select count(*) from (
                        select from searchable_chunks c
                        where c.search @@ w.query and c.collection = $2 limit {Most}) passages) end
                from (select word, plainto_tsquery('english', word) as query from unnest($1::text[]) word) w
                """, words, collection, passages);
            counting.CommandTimeout = PatienceSeconds;
            var counts = await counting.ListAsync(row => (Word: row.GetString(0), Count: row.GetInt64(1)), cancellationToken);
            return new TermFrequencies(passages, counts.ToDictionary(count => count.Word, count => count.Count, StringComparer.Ordinal));
        }
        catch (NpgsqlException ex) when (ex.InnerException is TimeoutException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();
}
