using System.Collections.Concurrent;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Fuzzing;

namespace RagAspire.Tests.Extraction;

/// <summary>Files of every format that are nearly right, by a fixed seed.</summary>
[Collection(Processes.Systems)]
public sealed class FileFuzzTests
{
    private const int Seed = 24;
    private const int Files = 2_000;
    private const int AtOnce = 2;

    [Fact]
    public async Task Every_file_ends_in_text_or_in_a_reason()
    {
        var mutator = new FileMutator(SmallFiles.WithSamples());
        var failures = new ConcurrentQueue<FuzzFailure>();
        var read = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(first => ReadAsync(mutator, first, failures)));

        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(20)));
        Assert.True(read.Sum() > Files / 4, $"Only {read.Sum()} files were still readable, too few to test the readers.");
    }

    private static async Task<long> ReadAsync(FileMutator mutator, int first, ConcurrentQueue<FuzzFailure> failures)
    {
        await using var fuzzer = new FileFuzzer(mutator);
        for (var number = first; number < Files; number += AtOnce)
        {
            if (await fuzzer.SendAsync(Seed, number, TestContext.Current.CancellationToken) is { } failure)
            {
                failures.Enqueue(failure);
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{fuzzer}");
        return fuzzer.Read;
    }
}
