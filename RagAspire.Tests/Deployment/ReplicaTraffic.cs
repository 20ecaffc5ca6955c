using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace RagAspire.Tests.Deployment;

/// <summary>What clients of the load balancer ask while replicas come and go.</summary>
internal static class ReplicaTraffic
{
    /// <summary>Reads and searches one after another, in turns by address and by body, new and revalidated.</summary>
    public static async Task<(int Count, List<string> Failures)> RunAsync(
        ReplicaRig rig, int number, CancellationToken stop)
    {
        using var client = rig.Client();
        var failures = new List<string>();
        var count = 0;
        EntityTagHeaderValue? known = null;
        while (!stop.IsCancellationRequested)
        {
            using var request = (count++ % 3) switch
            {
                0 => new HttpRequestMessage(HttpMethod.Get, $"/api/v1/search?query=fox&limit={number + 1}"),
                1 => new HttpRequestMessage(HttpMethod.Post, "/api/v1/search")
                {
                    Content = new StringContent("""{"query":"fox"}""", Encoding.UTF8, "application/json"),
                },
                _ => new HttpRequestMessage(HttpMethod.Get, "/api/v1/documents"),
            };
            request.Version = HttpVersion.Version20;
            if (known is not null && request.RequestUri!.OriginalString.Contains("?query", StringComparison.Ordinal))
            {
                request.Headers.IfNoneMatch.Add(known);
            }

            try
            {
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                known = response.Headers.ETag ?? known;
                if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotModified))
                {
                    failures.Add($"{request.Method} {request.RequestUri}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
                }
            }
            catch (HttpRequestException ex)
            {
                failures.Add($"{request.Method} {request.RequestUri}: {ex.Message}");
            }
        }

        return (count, failures);
    }

    public static (int Count, List<string> Failures) Sum(IEnumerable<(int Count, List<string> Failures)> parts) =>
        parts.Aggregate(
            (Count: 0, Failures: new List<string>()),
            (sum, part) => (sum.Count + part.Count, [.. sum.Failures, .. part.Failures]));
}
