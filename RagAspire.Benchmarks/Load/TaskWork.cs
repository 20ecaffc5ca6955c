using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Benchmarks.Load;

/// <summary>Gives a task something to do before each run.</summary>
/// <param name="rows">The number of expired rows of the audit log; other numbers are in proportion to it.</param>
internal sealed class TaskWork(
    NpgsqlDataSource database, NpgsqlDataSource superuser, HttpClient api, TaskRuns runs, int rows)
{
    /// <summary>Ordinals from here on belong to chunks that were inserted without their points.</summary>
    private const int FirstUnindexed = 1_000_000;

    public async Task PrepareAsync(string task, CancellationToken cancellationToken)
    {
        switch (task)
        {
            case "clean-up":
                await ExecuteAsync(ExpiredRecords(), cancellationToken);
                break;
            case "database-daily":
                await ExecuteAsync(ExpiredHistory(), cancellationToken);
                break;
            case "database-weekly":
                await ExecuteAsync(BloatedIndexes(), cancellationToken);
                break;
            case "index-reconciliation":
                await ExecuteAsync(ChunksWithoutPoints(), cancellationToken);
                break;
            case "index-optimization":
                await DeleteDocumentsAsync(rows / 10_000, cancellationToken);
                break;
            case "re-embedding":
                await ExecuteAsync($"delete from embeddings where model = '{LoadSettings.NextModel}'", cancellationToken);
                break;
            case "restore-drill" when !await HasBackupAsync(cancellationToken):
                await runs.RunAsync("backup", cancellationToken);
                break;
        }

        // Without this the rows would be written to disk later, during a measurement.
        await superuser.Command("checkpoint").ExecuteAsync(cancellationToken);
    }

    private Task<bool> HasBackupAsync(CancellationToken cancellationToken) =>
        database.Command("select exists (select from backups where status in ('complete', 'verified'))")
            .ScalarAsync<bool>(cancellationToken);

    private string ExpiredRecords() => $"""
        insert into hangfire.job (invocationdata, arguments, statename, createdat)
        select '[]', '[]', 'Failed', now() - interval '40 days' from generate_series(1, {rows / 50});
        insert into document_contents (document_id, version, created_at)
        select id, 1000 + i, now() - interval '3 days'
        from (select id from documents limit {rows / 2_000}) d, generate_series(1, 10) i
        on conflict do nothing;
        insert into document_slices (document_id, version, ordinal, bytes)
        select document_id, version, 0, decode(repeat('5f', 10000), 'hex') from document_contents where version >= 1000
        on conflict do nothing
        """;

    // Recent rows are mixed with the expired ones, because VACUUM alone could cut off a table with free space at its end only.
    private string ExpiredHistory() => $"""
        insert into audit_logs (at, actor, action, subject, details)
        select now() - case when i % 20 = 0 then interval '1 hour' else interval '40 days' end,
            'load', 'document.upload', md5(i::text), '{"{}"}'
        from generate_series(1, {rows}) i;
        insert into searches (id, collection, chunk_ids, created_at)
        select gen_random_uuid(), 'default', '{"{}"}', now() - interval '100 days' from generate_series(1, {rows / 10})
        """;

    private string BloatedIndexes() => $"""
        insert into audit_logs (actor, action, subject)
        select 'bloat', 'document.upload', md5(random()::text) from generate_series(1, {rows});
        delete from audit_logs where actor = 'bloat' and id % 10 <> 0;
        vacuum analyze audit_logs
        """;

    private string ChunksWithoutPoints() => $"""
        delete from chunks where ordinal >= {FirstUnindexed};
        with more as (
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select gen_random_uuid(), c.document_id, c.version, {FirstUnindexed} + c.ordinal, c.text, c.token_count
            from searchable_chunks c limit {rows / 1_000}
            returning id, document_id, version, ordinal)
        insert into embeddings (chunk_id, model, dense, term_hashes, term_counts)
        select m.id, e.model, e.dense, e.term_hashes, e.term_counts
        from more m
        join chunks c on c.document_id = m.document_id and c.version = m.version and c.ordinal = m.ordinal - {FirstUnindexed}
        join embeddings e on e.chunk_id = c.id
        """;

    private async Task DeleteDocumentsAsync(int count, CancellationToken cancellationToken)
    {
        var page = (await api.GetFromJsonAsync<JsonNode>($"/api/v1/documents?status=ready&limit={count}", cancellationToken))!;
        foreach (var document in page["items"]!.AsArray())
        {
            using var response = await api.DeleteAsync($"/api/v1/documents/{document!["id"]}", cancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>Executes each statement on its own, because VACUUM cannot run in a transaction.</summary>
    private async Task ExecuteAsync(string statements, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var statement in statements.Split(";\n"))
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
