using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.TestSupport.Load;

/// <summary>Sees to it that a task has something to do each time, or it would be measured doing nothing.</summary>
/// <param name="rows">Rows of the audit log that are too old; all else is in proportion.</param>
internal sealed class TaskWork(NpgsqlDataSource database, HttpClient api, TaskRuns runs, int rows)
{
    /// <summary>Ordinals from here on are of passages that were put in behind the index's back.</summary>
    private const int Smuggled = 1_000_000;

    public async Task PrepareAsync(string task, CancellationToken cancellationToken)
    {
        switch (task)
        {
            case "clean-up":
                await ExecuteAsync(RecordsNobodyNeeds(), cancellationToken);
                break;
            case "database-daily":
                await ExecuteAsync(HistoryThatIsOver(), cancellationToken);
                break;
            case "database-weekly":
                await ExecuteAsync(WornIndexes(), cancellationToken);
                break;
            case "index-reconciliation":
                await ExecuteAsync(PassagesWithoutPoints(), cancellationToken);
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

        // What was written is not to be written to the disk later, while something else is measured.
        await ExecuteAsync("checkpoint", cancellationToken);
    }

    private Task<bool> HasBackupAsync(CancellationToken cancellationToken) =>
        database.Command("select exists (select from backups where status in ('complete', 'verified'))").ScalarAsync<bool>(cancellationToken);

    private string RecordsNobodyNeeds() => $"""
        insert into hangfire.job (invocationdata, arguments, statename, createdat)
        select '[]', '[]', 'Failed', now() - interval '40 days' from generate_series(1, {rows / 50});
        insert into document_contents (document_id, version, content, created_at)
        select id, 1000 + i, decode(repeat('5f', 10000), 'hex'), now() - interval '3 days'
        from (select id from documents limit {rows / 2_000}) d, generate_series(1, 10) i
        on conflict do nothing
        """;

    // New rows among the old ones: a table that is old at one end only would not have to be shrunk row by row.
    private string HistoryThatIsOver() => $"""
        insert into audit_logs (at, actor, action, subject, details)
        select now() - case when i % 20 = 0 then interval '1 hour' else interval '40 days' end, 'load', 'document.upload', md5(i::text), '{"{}"}'
        from generate_series(1, {rows}) i;
        insert into searches (id, collection, chunk_ids, created_at)
        select gen_random_uuid(), 'default', '{"{}"}', now() - interval '100 days' from generate_series(1, {rows / 10})
        """;

    private string WornIndexes() => $"""
        insert into audit_logs (actor, action, subject) select 'worn', 'document.upload', md5(random()::text) from generate_series(1, {rows});
        delete from audit_logs where actor = 'worn' and id % 10 <> 0;
        vacuum analyze audit_logs
        """;

    private string PassagesWithoutPoints() => $"""
        delete from chunks where ordinal >= {Smuggled};
        with more as (
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select gen_random_uuid(), c.document_id, c.version, {Smuggled} + c.ordinal, c.text, c.token_count
            from searchable_chunks c limit {rows / 1_000}
            returning id, document_id, version, ordinal)
        insert into embeddings (chunk_id, model, dense, term_hashes, term_counts)
        select m.id, e.model, e.dense, e.term_hashes, e.term_counts
        from more m
        join chunks c on c.document_id = m.document_id and c.version = m.version and c.ordinal = m.ordinal - {Smuggled}
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

    /// <summary>Each statement by itself, because VACUUM wants no transaction around it.</summary>
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
