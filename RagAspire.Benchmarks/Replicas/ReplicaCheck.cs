using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Benchmarks.Replicas;

/// <summary>What the system holds at the end, in place of one ready document with one chunk for each number.</summary>
/// <param name="Lost">Documents that are not there, or are not whole.</param>
/// <param name="Doubled">Rows of documents or chunks that are there more often than once.</param>
/// <param name="Unfound">Documents that a search by their own word does not find first.</param>
internal readonly record struct ReplicaCheck(long Lost, long Doubled, long Unfound)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<ReplicaCheck> RunAsync(
        NpgsqlDataSource database, HttpClient client, int documents, CancellationToken cancellationToken)
    {
        var whole = await database.Command("""
            select count(distinct d.name) from documents d join chunks c on c.document_id = d.id and c.version = d.version
            where d.status = 'ready' and d.chunk_count = 1
            """).ScalarAsync<long>(cancellationToken);
        var doubled = await database.Command("""
            select (select count(*) - count(distinct name) from documents)
                + (select count(*) - count(distinct document_id) from chunks)
            """).ScalarAsync<long>(cancellationToken);
        var unfound = 0;
        foreach (var number in Enumerable.Range(0, documents))
        {
            unfound += await IsFoundAsync(client, number, cancellationToken) ? 0 : 1;
        }

        return new ReplicaCheck(documents - whole, doubled, unfound);
    }

    // A replica that has just been started loads its index.
    private static async Task<bool> IsFoundAsync(HttpClient client, int number, CancellationToken cancellationToken)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        do
        {
            var result = await client.GetFromJsonAsync<JsonNode>(
                $"/api/v1/search?query={ReplicaTraffic.WordOf(number)}&mode=text&limit=1", cancellationToken);
            if (result!["hits"]!.AsArray() is [{ } first] && (string?)first["documentName"] == $"document-{number}.txt")
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        }
        while (TimeProvider.System.GetUtcNow() < deadline);

        return false;
    }
}
