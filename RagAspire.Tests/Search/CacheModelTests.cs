using System.Globalization;
using CsCheck;
using RagAspire.Embedded.Redis;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Search;

/// <summary>
/// Two processes with one cache against a host without a cache: whatever happens in between, a cached result is what the other
/// finds now. With <c>RAGASPIRE_CACHE_PROCESSES=api</c> in the environment the two are real API processes.
/// </summary>
public sealed class CacheModelTests(Stores stores)
{
    private const int Steps = 60;

    private static readonly bool HasProcesses = Environment.GetEnvironmentVariable("RAGASPIRE_CACHE_PROCESSES") == "api";

    /// <summary>Sequences of steps; CsCheck's own variable asks for more of them.</summary>
    private static readonly int Samples =
        int.TryParse(Environment.GetEnvironmentVariable("CsCheck_Iter"), CultureInfo.InvariantCulture, out var asked) ? asked : 12;

    [Fact]
    public async Task A_cached_result_is_what_an_uncached_search_finds()
    {
        await using var redis = EmbeddedRedis.Start(new RedisOptions { MemoryMegabytes = 64 });
        await using var embeddings = await OllamaStub.StartAsync();
        await using var model = await CacheModel.StartAsync(stores, redis, embeddings, HasProcesses);
        var step = Gen.Frequency([.. CacheModel.Frequencies.Select(each => (each.Weight, Gen.Const(each.Step)))]);
        var steps = Gen.Select(step, Gen.Int[0, 11]).Array[Steps];

        Gen.Select(CacheModel.Searches, steps).Sample(
            (searches, sequence) => model.RunAsync(searches, sequence).GetAwaiter().GetResult(), iter: Samples, threads: 1);

        TestContext.Current.SendDiagnosticMessage($"{model.Steps} steps, {model.Cached} results from the cache.");
        Assert.True(model.Cached > Samples, $"Only {model.Cached} results came from the cache.");
    }
}
