using System.Net.Http.Json;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Benchmarks.Load;

/// <summary>Fills a system with documents, and stores a golden set about them.</summary>
internal sealed class LoadCorpus(HttpClient api, NpgsqlDataSource database)
{
    private const int Parallelism = 4;
    private const int Questions = 50;
    private const int WordsPerQuestion = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Uploads documents, waits until all are searchable, and stores a golden set about them.</summary>
    /// <param name="progress">Receives the number of ready documents.</param>
    /// <returns>The number of chunks.</returns>
    public async Task<long> FillAsync(
        IReadOnlyCollection<LoadDocument> documents, Action<long> progress, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(
            documents,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (document, stopping) => await document.UploadAsync(api, stopping));
        await WaitUntilReadyAsync(documents.Count, progress, cancellationToken);
        var questions = documents.Take(Questions).Select(document => new
        {
            question = string.Join(' ', document.Text.Split(' ').Take(WordsPerQuestion)),
            expected = new[] { new { documentName = document.Name } },
        });
        using var stored = await api.PutAsJsonAsync(
            "/api/v1/operations/golden-sets/default", new { questions }, cancellationToken);
        stored.EnsureSuccessStatusCode();
        await database.Command("analyze").ExecuteAsync(cancellationToken);
        return await database.Command("select count(*) from chunks").ScalarAsync<long>(cancellationToken);
    }

    private async Task WaitUntilReadyAsync(int documents, Action<long> progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            var ready = await CountAsync("ready", cancellationToken);
            progress(ready);
            if (ready == documents)
            {
                return;
            }

            if (await CountAsync("failed", cancellationToken) is > 0 and var failed)
            {
                throw new InvalidOperationException($"{failed} documents failed.");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private Task<long> CountAsync(string status, CancellationToken cancellationToken) =>
        database.Command("select count(*) from documents where status = $1", status).ScalarAsync<long>(cancellationToken);
}
