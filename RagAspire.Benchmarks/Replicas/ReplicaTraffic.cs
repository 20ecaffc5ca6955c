using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace RagAspire.Benchmarks.Replicas;

/// <summary>What clients of the load balancer do, and what came of it.</summary>
internal sealed class ReplicaTraffic(HttpClient client)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);

    private long _answered;
    private long _repeated;

    public long Answered => _answered;

    /// <summary>Uploads that broke with their replica: a client has to send them again.</summary>
    public long Repeated => _repeated;

    public ConcurrentQueue<string> Failures { get; } = [];

    /// <summary>A word that one document holds and no other one.</summary>
    public static string WordOf(int number) => string.Create(CultureInfo.InvariantCulture, $"marker{number:00000}");

    /// <summary>Reads and searches one after another until cancelled. None may fail, whatever dies meanwhile.</summary>
    public async Task ReadAsync(int reader, CancellationToken stop)
    {
        for (var turn = reader; !stop.IsCancellationRequested; turn++)
        {
            using var request = (turn % 3) switch
            {
                0 => new HttpRequestMessage(HttpMethod.Get, $"/api/v1/search?query={WordOf(turn)}"),
                1 => new HttpRequestMessage(HttpMethod.Post, "/api/v1/search") { Content = JsonContent.Create(new { query = WordOf(turn) }) },
                _ => new HttpRequestMessage(HttpMethod.Get, "/api/v1/documents?limit=20"),
            };
            request.Version = HttpVersion.Version20;
            try
            {
                using var response = await client.SendAsync(request, CancellationToken.None);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    Failures.Enqueue($"{request.Method} {request.RequestUri}: {(int)response.StatusCode}");
                }

                Interlocked.Increment(ref _answered);
            }
            catch (Exception ex) when (ex is HttpRequestException or TaskCanceledException)
            {
                Failures.Enqueue($"{request.Method} {request.RequestUri}: {ex.Message}");
            }
        }
    }

    /// <summary>Stores a document, as often as it takes until that is acknowledged.</summary>
    public async Task UploadAsync(int number, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes($"The {WordOf(number)} stands in this document and in no other one.");
        while (!await TryUploadAsync($"document-{number}.txt", text, cancellationToken))
        {
            Interlocked.Increment(ref _repeated);
            await Task.Delay(Retry, cancellationToken);
        }
    }

    private async Task<bool> TryUploadAsync(string name, byte[] text, CancellationToken cancellationToken)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(text), "file", name } };
        try
        {
            using var response = await client.PostAsync("/api/v1/documents", form, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
