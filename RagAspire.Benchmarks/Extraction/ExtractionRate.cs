using Microsoft.Extensions.Options;
using RagAspire.Ingestion.Chunking;

namespace RagAspire.Benchmarks.Extraction;

/// <summary>
/// <c>extraction</c>: how fast one core extracts and chunks the files of a folder, by type, beside hashing the same bytes in the
/// same run. Two versions compare by the ratio.
/// </summary>
internal sealed class ExtractionRate(TextWriter output)
{
    private const string Usage = "Usage: extraction --data <folder with documents>";
    private const int Rounds = 3;

    // As in the extractor: parsers recurse over nested content.
    private const int StackBytes = 64 << 20;

    /// <returns>The exit code.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (Arguments.Read(arguments, "--data")?.Text("--data") is not { } folder || !Directory.Exists(folder))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var chunker = new Chunker(Options.Create(new ChunkingOptions()));
        var files = await BenchmarkFile.InAsync(folder, cancellationToken);
        var types = files.GroupBy(file => file.Type.ContentType).OrderBy(type => type.Key, StringComparer.Ordinal)
            .Select(type => new TypeRate(type.Key, [.. type], chunker)).ToList();
        var thread = new Thread(() => Run(types), StackBytes);
        thread.Start();
        thread.Join();
        return 0;
    }

    private void Run(List<TypeRate> types)
    {
        for (var round = 0; round <= Rounds; round++)
        {
            types.ForEach(type => type.Round(counts: round > 0));
            output.WriteLine(round == 0 ? "warmed up" : $"round {round} of {Rounds} is done");
        }

        output.WriteLine("| type | files | unreadable | kB | documents/s | MB/s | SHA-256 MB/s | times as long |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        types.ForEach(output.WriteLine);
    }
}
