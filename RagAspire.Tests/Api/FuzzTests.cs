using System.Collections.Concurrent;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Fuzzing;

namespace RagAspire.Tests.Api;

/// <summary>Requests that are nearly right, to every call of the description, by a fixed seed.</summary>
[Collection(Processes.Systems)]
public sealed class FuzzTests(Stores stores)
{
    private const int Seed = 24;
    private const int Requests = 5_000;

    [Fact]
    public async Task No_request_is_answered_with_500_a_stack_trace_or_never()
    {
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["Limits__RequestsPerSecond"] = "100000",
                ["Limits__Burst"] = "100000",
                ["Limits__EventStreamsPerKey"] = "1000",
            },
        });
        var document = await system.Client.GetAsync("/openapi/v1.json");
        var fuzzer = new RequestFuzzer(system.Client.Http, document, SmallFiles.All);
        var failures = new ConcurrentQueue<FuzzFailure>();
        var atOnce = new ParallelOptions
        {
            MaxDegreeOfParallelism = 8,
            CancellationToken = TestContext.Current.CancellationToken,
        };
        await Parallel.ForAsync(
            0, Requests, atOnce, async (number, token) =>
            {
                if (await fuzzer.SendAsync(Seed, number, token) is { } failure)
                {
                    failures.Enqueue(failure);
                }
            });

        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(20)));
        await system.Client.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
    }
}
