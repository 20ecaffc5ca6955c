using RagAspire.Benchmarks.Load;
using RagAspire.Vectors.Boxed;

namespace RagAspire.Benchmarks.Ingestion;

/// <summary>
/// <c>ingestion</c>: what it costs to take documents in: small ones without a model, by a request each or in batches; or the
/// documents of a collection with a model in the box.
/// </summary>
internal sealed class IngestionRun(TextWriter output)
{
    private const string Usage =
        "Usage: ingestion [--documents <number>] [--clients <number>] [--bursts <number> | --batch <documents of the large batch> "
        + "| --model minilm|arctic-xs --data <folder in BEIR's layout or with Markdown files>]";

    private const int FewWithModel = 300;
    private const int FewWithout = 2_000;

    /// <returns>The exit code: 1 when a document is not ready, or one of a burst waited for too long.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--documents", "--bursts", "--clients", "--batch", "--model", "--data");
        var (model, data) = (read?.Text("--model") ?? BoxedModel.Off, read?.Text("--data"));
        var documents = (int)(read?.Number("--documents", data is null ? FewWithout : FewWithModel) ?? 0);
        var (bursts, clients) = ((int)(read?.Number("--bursts", 100) ?? -1), (int)(read?.Number("--clients", 8) ?? 0));
        var batch = (int)(read?.Number("--batch", BatchRate.Most) ?? 0);
        if (documents < 1 || bursts < 0 || clients < 1 || batch is < BatchRate.Small or > BatchRate.Most
            || (data is null ? model != BoxedModel.Off : BoxedModel.Of(model) is null || !Directory.Exists(data)))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await using var system = await IngestionSystem.StartAsync(model, cancellationToken);
        if (data is not null)
        {
            return await new ModelShare(system, output).PrintAsync([.. Texts(data).Take(documents)], clients, cancellationToken);
        }

        return read!.Text("--batch") is null
            ? await new IngestionRate(system, output).PrintAsync(documents, bursts, clients, cancellationToken)
            : await new BatchRate(system, output).PrintAsync(documents, batch, cancellationToken);
    }

    private static IEnumerable<LoadDocument> Texts(string folder) => File.Exists(Path.Combine(folder, "corpus.jsonl"))
        ? new BeirText(folder).Documents
        : Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories).Order()
            .Select(file => new LoadDocument(Path.GetFileName(file), File.ReadAllText(file)));
}
