using System.Globalization;
using RagAspire.TestSupport.Answers;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks;

/// <summary>
/// <c>answers</c>: how often answers without a model hold what was asked, and how often questions about something else are
/// answered, on the sample of the repository and on two larger collections.
/// </summary>
internal sealed class AnswersReport(TextWriter output)
{
    private const string Usage = "Usage: answers [--data <folder with the collections retrieval-en and scifact>]";

    private static readonly string Sample = Path.Combine(BuildOutput.RepositoryRoot, "RagAspire.TestSupport", "Data");

    /// <returns>The exit code.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--data");
        if (read is null || (read.Text("--data") is { } folder && !Directory.Exists(folder)))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var (handbook, garden) = (Path.Combine(Sample, "handbook"), Path.Combine(Sample, "garden"));
        List<string> known = [handbook];
        List<(string Collection, string Asked)> foreign = [(handbook, garden), (garden, handbook)];
        if (read.Text("--data") is { } data)
        {
            var (paragraphs, abstracts) = (Path.Combine(data, "retrieval-en"), Path.Combine(data, "scifact"));
            known.Add(paragraphs);
            foreign.AddRange([(paragraphs, abstracts), (abstracts, paragraphs)]);
        }

        await PrintKnownAsync(known, cancellationToken);
        await PrintForeignAsync(foreign, cancellationToken);
        return 0;
    }

    private async Task PrintKnownAsync(List<string> folders, CancellationToken cancellationToken)
    {
        output.WriteLine("| questions | first | whole | none |");
        output.WriteLine("|---|---|---|---|");
        foreach (var folder in folders)
        {
            var quality = await AnswerQuality.MeasureAsync(folder, neighbours: 0, cancellationToken);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Path.GetFileName(folder)}, {quality.Questions} | {quality.First:0.000} | {quality.Whole:0.000} | {quality.None:0.000} |"));
        }
    }

    private async Task PrintForeignAsync(List<(string Collection, string Asked)> pairs, CancellationToken cancellationToken)
    {
        output.WriteLine("| collection | questions of | answered |");
        output.WriteLine("|---|---|---|");
        foreach (var (collection, asked) in pairs)
        {
            var (answered, questions) = await AnswerQuality.MeasureForeignAsync(
                collection, asked, neighbours: 0, cancellationToken);
            output.WriteLine($"| {Path.GetFileName(collection)} | {Path.GetFileName(asked)}, {questions} | {answered} |");
        }
    }
}
