using System.Net.Http.Json;
using StackExchange.Redis;

namespace RagAspire.Benchmarks.Throughput;

/// <summary>The requests of a load: searches that are new each time, the same ones again, their bytes from the floor.</summary>
/// <param name="question">Makes a question that was not asked before.</param>
internal sealed class Questions(Uri api, Func<string> question)
{
    private const int Repeated = 64;

    private readonly Uri _search = new(api, "/api/v1/search");
    private readonly Lock _lock = new();
    private readonly string[] _repeated = [.. Enumerable.Range(0, Repeated).Select(_ => question())];
    private int _next;

    /// <summary>A search that no cache can answer.</summary>
    public HttpRequestMessage New()
    {
        lock (_lock)
        {
            return Search(question());
        }
    }

    /// <summary>One of a few searches.</summary>
    public HttpRequestMessage Again() => Search(_repeated[Next()]);

    /// <summary>What is returned to <see cref="Again"/>, asked of the floor by a request with the same body.</summary>
    public HttpRequestMessage FromFloor(Uri floor)
    {
        var number = Next();
        return new HttpRequestMessage(HttpMethod.Post, new Uri(floor, $"/{number}"))
        {
            Content = JsonContent.Create(new { query = _repeated[number] }),
        };
    }

    /// <summary>Has each repeated search computed and kept, and its response put where the floor finds it.</summary>
    /// <returns>The mean length of the responses in bytes.</returns>
    public async Task<double> KeepAsync(string redis, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis);
        var lengths = new List<int>();
        for (var number = 0; number < Repeated; number++)
        {
            byte[] body = [];
            for (var time = 0; time < 2; time++)
            {
                using var request = Search(_repeated[number]);
                using var response = await client.SendAsync(request, cancellationToken);
                response.EnsureSuccessStatusCode();
                body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            }

            await connection.GetDatabase().StringSetAsync($"/{number}", body);
            lengths.Add(body.Length);
        }

        return lengths.Average();
    }

    private int Next() => (int)((uint)Interlocked.Increment(ref _next) % Repeated);

    private HttpRequestMessage Search(string query) => new(HttpMethod.Post, _search)
    {
        Headers = { { "X-Api-Key", PrivateSystem.Key } },
        Content = JsonContent.Create(new { query }),
    };
}
