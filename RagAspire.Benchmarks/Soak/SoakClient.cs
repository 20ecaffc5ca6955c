using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace RagAspire.Benchmarks.Soak;

/// <summary>How a request ended.</summary>
internal enum SoakOutcome
{
    /// <summary>With a response that the caller understands.</summary>
    Answered,

    /// <summary>Refused for now: 429, 503 or 507 with a reason.</summary>
    Refused,

    /// <summary>The connection broke while the replica was being killed.</summary>
    Broken,

    /// <summary>Anything else; it is in the list of faults.</summary>
    Fault,
}

/// <summary>Sends requests to the replicas in turn, and judges how each ends by what was broken meanwhile.</summary>
internal sealed class SoakClient(IReadOnlyList<(string Name, HttpClient Http)> replicas, Outages outages)
{
    /// <summary>A request that takes longer hangs.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static readonly string[] Stores = [Chaos.Database, Chaos.Disk];

    private readonly ConcurrentDictionary<SoakOutcome, long> _outcomes = [];
    private int _next;

    /// <summary>What went wrong, with the time.</summary>
    public ConcurrentQueue<string> Faults { get; } = [];

    public ConcurrentQueue<double> Milliseconds { get; } = [];

    public long Count(SoakOutcome outcome) => _outcomes.GetValueOrDefault(outcome);

    public int Hangs { get; private set; }

    /// <param name="request">Makes the request, which is sent once.</param>
    /// <param name="expected">Beside success.</param>
    /// <returns>The status and the body when it was answered.</returns>
    public async Task<(SoakOutcome Outcome, HttpStatusCode Status, byte[] Body)> SendAsync(
        Func<HttpRequestMessage> request, CancellationToken cancellationToken, params HttpStatusCode[] expected)
    {
        var (name, http) = replicas[(int)((uint)Interlocked.Increment(ref _next) % replicas.Count)];
        var from = outages.Now;
        var watch = Stopwatch.GetTimestamp();
        using var message = request();
        var what = $"{message.Method} {message.RequestUri} by {name}";
        var (status, body) = (default(HttpStatusCode), Array.Empty<byte>());
        SoakOutcome outcome;
        try
        {
            using var response = await http.SendAsync(message, cancellationToken);
            body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            status = response.StatusCode;
            outcome = Judge(what, response, body, from, expected);
        }
        catch (HttpRequestException ex)
        {
            outcome = outages.Since(from, name) ? SoakOutcome.Broken : Fault($"{what}: {ex.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Hangs++;
            outcome = Fault($"{what}: no response in {Longest.TotalSeconds} s");
        }

        _outcomes.AddOrUpdate(outcome, 1, (_, count) => count + 1);
        if (outcome == SoakOutcome.Answered)
        {
            Milliseconds.Enqueue(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
        }

        return (outcome, status, body);
    }

    /// <summary>Notes what should not have happened.</summary>
    public SoakOutcome Fault(string what)
    {
        Faults.Enqueue($"{outages.Now:HH:mm:ss} {what}");
        return SoakOutcome.Fault;
    }

    private SoakOutcome Judge(
        string what, HttpResponseMessage response, byte[] body, DateTimeOffset from, HttpStatusCode[] expected)
    {
        if (response.IsSuccessStatusCode || expected.Contains(response.StatusCode))
        {
            return SoakOutcome.Answered;
        }

        var reasoned = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
        var allowed = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => true,
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.InsufficientStorage => outages.Since(from, Stores),
            _ => false,
        };
        return reasoned && allowed ? SoakOutcome.Refused
            : Fault($"{what}: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
    }
}
