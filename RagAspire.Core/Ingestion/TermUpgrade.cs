using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Terms;

namespace RagAspire.Ingestion;

/// <summary>Makes the terms of searched documents again after their analysis has changed, newest first.</summary>
/// <remarks>
/// Where a new analysis only adds terms, an index that holds old and new ones answers every query meanwhile. Each document
/// changes in one transaction with its entry in the change feed. Idempotent, and safe to kill anywhere.
/// </remarks>
public sealed partial class TermUpgrade(
    NpgsqlDataSource dataSource,
    Bm25Encoder terms,
    SharedIndexWriter index,
    DatabaseStartup database,
    TimeProvider time,
    ILogger<TermUpgrade> logger) : PollingService(database, time)
{
    private const int PageSize = 200;

    protected override TimeSpan Interval => TimeSpan.FromMinutes(1);

    protected override bool IsTemporary(Exception exception) =>
        exception is VectorIndexUnavailableException || base.IsTemporary(exception);

    protected override Task PollAsync(CancellationToken cancellationToken) => UpgradeAsync(cancellationToken);

    /// <returns>The number of documents whose terms were made again.</returns>
    public async Task<int> UpgradeAsync(CancellationToken cancellationToken)
    {
        var done = 0;
        while (await NextAsync(cancellationToken) is { Count: > 0 } page)
        {
            foreach (var id in page)
            {
                done += await UpgradeAsync(id, cancellationToken) ? 1 : 0;
            }
        }

        if (done > 0)
        {
            Log.Done(logger, done);
        }

        return done;
    }

    private async Task<List<Guid>> NextAsync(CancellationToken cancellationToken) => await dataSource.Command("""
        select id from documents where ready_version is not null and analysis is distinct from $1 order by indexed_at desc limit $2
        """, terms.Analysis, PageSize).ListAsync(row => row.GetGuid(0), cancellationToken);

    /// <returns>False when another worker was faster, or the document is gone.</returns>
    private async Task<bool> UpgradeAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var collection = await connection.Command("""
            update documents set analysis = $2
            where id = $1 and ready_version is not null and analysis is distinct from $2 returning collection
            """, id, terms.Analysis).ScalarAsync<string>(cancellationToken);
        if (collection is null)
        {
            return false;
        }

        var chunks = (await connection.Command("""
            select id, document_name, section, text from searchable_chunks where document_id = $1
            """, id).ListAsync(
            row => new ChunkTerms(
                row.GetGuid(0), terms.EncodeChunk(row.GetString(1), row.Nullable<string>("section"), row.GetString(3))),
            cancellationToken)).ToDictionary(chunk => chunk.ChunkId, chunk => chunk.Terms);
        await index.RewriteAsync([.. chunks.Keys], point => point with { Terms = chunks[point.ChunkId] }, cancellationToken);
        await EmbeddingStore.UpdateTermsAsync(connection, chunks, cancellationToken);
        await DocumentChanges.AppendAsync(connection, id, collection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Made the terms of {Count} documents again, because their analysis has changed")]
        public static partial void Done(ILogger logger, int count);
    }
}
