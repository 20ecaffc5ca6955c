using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RagAspire.Benchmarks.Load;
using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Benchmarks.Throughput;

/// <summary>How well a running API finds what the questions of its collection should find.</summary>
internal static class ServedQuality
{
    private const int Hits = 100;

    public static async Task<RetrievalQuality> MeasureAsync(
        HttpClient api, BeirTest collection, CancellationToken cancellationToken)
    {
        var ids = collection.Documents.ToDictionary(document => BeirText.FileName(document.Id), document => document.Id);
        var found = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (id, question) in collection.Queries)
        {
            using var response = await api.PostAsJsonAsync(
                "/api/v1/search", new { query = question, limit = Hits }, cancellationToken);
            response.EnsureSuccessStatusCode();
            var result = (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!;

            // A document that was cut into several chunks is found where its best one is.
            found[id] = [.. result["hits"]!.AsArray().Select(hit => ids[hit!["documentName"]!.GetValue<string>()]).Distinct()];
        }

        return RetrievalQuality.Measure(collection, (id, _) => found[id]);
    }
}
