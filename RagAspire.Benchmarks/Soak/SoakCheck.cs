using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Benchmarks.Soak;

/// <summary>Compares what the system holds at the end with what was acknowledged.</summary>
internal sealed class SoakCheck(IReadOnlyList<HttpClient> replicas, NpgsqlDataSource database, SoakClient client)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <returns>Documents that are not there as they were stored, and rows that no acknowledged write explains.</returns>
    public async Task<(int Lost, long Doubled)> RunAsync(
        IReadOnlyCollection<SoakDocument> stored, IReadOnlyCollection<SoakDocument> deleted, CancellationToken cancellationToken)
    {
        await WaitUntilProcessedAsync(cancellationToken);
        var lost = 0;
        foreach (var document in stored)
        {
            lost += await IsWholeAsync(document, cancellationToken) ? 0 : 1;
        }

        foreach (var document in deleted)
        {
            await IsGoneAsync(document, cancellationToken);
        }

        var rows = await database.Command("select count(*) from documents").ScalarAsync<long>(cancellationToken);
        var leftOver = await database.Command(
            """
            select count(*) from chunks c left join documents d on d.id = c.document_id
            where d.id is null or d.version <> c.version
            """).ScalarAsync<long>(cancellationToken);
        return (lost, Math.Abs(rows - stored.Count) + leftOver);
    }

    private async Task WaitUntilProcessedAsync(CancellationToken cancellationToken)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        while (await database.Command("select count(*) from documents where status in ('pending', 'processing')")
            .ScalarAsync<long>(cancellationToken) is > 0 and var waiting)
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                client.Fault($"{waiting} documents still wait after {Patience}");
                return;
            }

            await Task.Delay(Pause, cancellationToken);
        }

        // The change feed reaches each replica's index a moment later.
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
    }

    private async Task<bool> IsWholeAsync(SoakDocument document, CancellationToken cancellationToken)
    {
        var row = await replicas[0].GetAsync($"api/v1/documents/{document.Id}", cancellationToken);
        if (!row.IsSuccessStatusCode || (string?)(await row.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["status"] != "ready")
        {
            client.Fault($"{document.Id} is lost: {await row.Content.ReadAsStringAsync(cancellationToken)}");
            return false;
        }

        var content = await replicas[0].GetByteArrayAsync($"api/v1/documents/{document.Id}/content", cancellationToken);
        if (!content.AsSpan().SequenceEqual(document.Content))
        {
            client.Fault($"{document.Id} has other bytes than were stored");
            return false;
        }

        foreach (var replica in replicas)
        {
            var found = await FindAsync(replica, document.Word, cancellationToken);
            if (found.Count(id => id == document.Id) != 1)
            {
                client.Fault($"{document.Id} is found {found.Count(id => id == document.Id)} times by {replica.BaseAddress}");
                return false;
            }
        }

        return true;
    }

    private async Task IsGoneAsync(SoakDocument document, CancellationToken cancellationToken)
    {
        using var row = await replicas[0].GetAsync($"api/v1/documents/{document.Id}", cancellationToken);
        if (row.StatusCode != HttpStatusCode.NotFound)
        {
            client.Fault($"{document.Id} was deleted and is there");
        }

        foreach (var replica in replicas)
        {
            if ((await FindAsync(replica, document.Word, cancellationToken)).Contains(document.Id))
            {
                client.Fault($"{document.Id} was deleted and is found by {replica.BaseAddress}");
            }
        }
    }

    /// <returns>The document of each hit that holds the word.</returns>
    private static async Task<List<Guid>> FindAsync(HttpClient replica, string word, CancellationToken cancellationToken)
    {
        using var response = await replica.PostAsJsonAsync("api/v1/search", new { query = word, mode = "text" }, cancellationToken);
        response.EnsureSuccessStatusCode();
        var hits = (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["hits"]!.AsArray();
        return [.. hits.Where(hit => hit!["text"]!.GetValue<string>().Contains($"{word} ", StringComparison.Ordinal))
            .Select(hit => hit!["documentId"]!.GetValue<Guid>())];
    }
}
