using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Diagnosis.Postgres;

namespace RagAspire.Diagnosis.Ingestion;

/// <summary>Examines the documents that are not ready, those that failed, and chunks without embeddings.</summary>
public sealed class IngestionProbe(
    DatabaseReader database, IOptions<IngestionDiagnosisOptions> options, IServiceProvider services) : IProbe
{
    private bool HasModel => services.GetService<IEmbeddingGenerator<string, Embedding<float>>>() is not null;

    public string Name => "ingestion";

    public Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Observation>>(
            async session =>
            [
                .. await WaitingAsync(session, window, cancellationToken),
                .. await PoisonAsync(session, cancellationToken),
                .. await AbandonedAsync(session, cancellationToken),
                .. await FailingAsync(session, window, cancellationToken),
                .. HasModel ? await UnembeddedAsync(session, window, cancellationToken) : [],
            ],
            cancellationToken);

    private async Task<IReadOnlyList<Observation>> WaitingAsync(
        PostgresSession session, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        const string sql = """
            select coalesce(extract(epoch from now() - min(c.created_at)), 0)::float8
            from documents d join document_contents c on c.document_id = d.id and c.version = d.version
            where d.status in ('pending', 'processing')
            """;
        var age = await session.MeasureAsync<double>(sql, cancellationToken);
        window.Figures.Add(new Figure(
            Name, "wait", "oldest document", Math.Round(age.Value, 1), options.Value.Waiting.TotalSeconds, "s", sql));
        if (age.Value <= options.Value.Waiting.TotalSeconds)
        {
            return [];
        }

        var reasons = await session.ListAsync(
            """
            select coalesce(stage, status), count(*), coalesce(max(error), '') from documents
            where status in ('pending', 'processing') group by 1 order by 2 desc
            """,
            row => (Stage: row.GetString(0), Count: row.GetInt64(1), Error: row.GetString(2)), cancellationToken);
        return [new Observation(
            IngestionCodes.Waiting,
            $"{reasons.Sum(reason => reason.Count)} documents are not ready, the oldest for {Quantity.Seconds(Math.Round(age.Value))}: "
            + string.Join(", ", reasons.Select(reason => $"{reason.Count} in {reason.Stage}")) + ".",
            [new Evidence(sql, Quantity.Seconds(Math.Round(age.Value)), Quantity.Seconds(options.Value.Waiting))])
        {
            Cause = reasons.Select(reason => reason.Error).FirstOrDefault(error => error.Length > 0) is { } error
                ? $"The last error is: {DatabaseReader.Short(error)}" : null,
        }];
    }

    private async Task<IReadOnlyList<Observation>> PoisonAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        var documents = await session.ListAsync(
            $"""
            select id::text, attempts, coalesce(stage, 'extract'), coalesce(error, 'its worker ended meanwhile') from documents
            where status in ('pending', 'processing') and attempts >= {options.Value.Attempts} order by attempts desc limit 5
            """,
            row => (Id: row.GetString(0), Attempts: row.GetInt32(1), Stage: row.GetString(2), Error: row.GetString(3)),
                cancellationToken);
        return [.. documents.Select(document => new Observation(
            IngestionCodes.Poison, $"Processing of document {document.Id} has begun {document.Attempts} times and not ended.",
            [new Evidence(
                $"select attempts from documents where id = '{document.Id}'",
                Quantity.Count(document.Attempts, "attempts"), Quantity.Count(options.Value.Attempts, "attempts"))])
        {
            Subject = document.Id,
            Cause = $"It ends in stage {document.Stage}: {DatabaseReader.Short(document.Error)}",
        })];
    }

    private async Task<IReadOnlyList<Observation>> AbandonedAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        var sql = $"""
            select count(*) from documents
            where status = 'processing' and claimed_until < now() - {DatabaseReader.Literal(options.Value.Waiting)}
            """;
        var count = await session.MeasureAsync<long>(sql, cancellationToken);
        return count.Value == 0 ? [] : [new Observation(
            IngestionCodes.Lease, $"{count.Value} documents are in processing and their lease has ended.",
            [new Evidence(sql, Quantity.Count(count.Value, "documents"), "0 documents")])];
    }

    private async Task<IReadOnlyList<Observation>> FailingAsync(
        PostgresSession session, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var since = DatabaseReader.Literal(window.Since);
        var failed = await session.MeasureAsync<long>(
            $"select count(*) from documents where status = 'failed' and updated_at >= {since}", cancellationToken);
        var all = await session.ScalarAsync<long>(
            $"select count(*) from documents where updated_at >= {since}", cancellationToken);
        if (failed.Value < options.Value.Failures || failed.Value < all * options.Value.FailedShare)
        {
            return [];
        }

        var reasons = await session.ListAsync(
            $"""
            select left(coalesce(error, 'unknown'), 200), count(*) from documents
            where status = 'failed' and updated_at >= {since} group by 1 order by 2 desc limit 3
            """,
            row => $"{row.GetInt64(1)}: {DatabaseReader.Short(row.GetString(0))}", cancellationToken);
        return [new Observation(
            IngestionCodes.Failing, $"{failed.Value} of {all} documents that changed have failed.",
            [new Evidence(failed.Query, Quantity.Count(failed.Value, "documents"), Quantity.Count(options.Value.Failures, "documents"))])
        {
            Cause = $"The reasons are: {string.Join("; ", reasons)}",
        }];
    }

    private async Task<IReadOnlyList<Observation>> UnembeddedAsync(
        PostgresSession session, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        // Vectors follow the documents; those of a new document are not missing yet.
        var sql = $"""
            select count(*) from searchable_chunks c join documents d on d.id = c.document_id
            where not exists (select from embeddings e where e.chunk_id = c.id and e.dense is not null)
                and (d.indexed_at is null or d.indexed_at < now() - {DatabaseReader.Literal(options.Value.Waiting)})
            """;
        var count = await session.MeasureAsync<long>(sql, cancellationToken);
        window.Figures.Add(new Figure(
            Name, "chunks without an embedding", "all documents", count.Value, options.Value.Unembedded, "", sql));
        return count.Value <= options.Value.Unembedded ? [] : [new Observation(
            IngestionCodes.Embedding, $"{count.Value} searchable chunks have no embedding.",
            [new Evidence(sql, Quantity.Count(count.Value, "chunks"), Quantity.Count(options.Value.Unembedded, "chunks"))])];
    }
}
