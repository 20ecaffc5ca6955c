using System.Text.Json;
using RagAspire.Answers;
using RagAspire.TestSupport.Retrieval;
using RagAspire.Vectors.Terms;

namespace RagAspire.TestSupport.Answers;

/// <summary>How good answers without a model are, from five sources that are found by words alone.</summary>
/// <param name="First">The share of the questions whose first sentence holds what was asked.</param>
/// <param name="Whole">The share of those whose whole answer holds it.</param>
/// <param name="None">The share of those that got no answer.</param>
public sealed record AnswerQuality(double First, double Whole, double None, int Questions)
{
    /// <param name="folder">A collection in BEIR's layout, with <c>answers.json</c>.</param>
    /// <param name="neighbours">See <see cref="AnswerSubject"/>.</param>
    public static async Task<AnswerQuality> MeasureAsync(string folder, int neighbours, CancellationToken cancellationToken)
    {
        var golden = JsonSerializer.Deserialize<Dictionary<string, string[]>>(
            await File.ReadAllTextAsync(Path.Combine(folder, "answers.json"), cancellationToken))!;
        var test = BeirTest.Load(folder);
        using var subject = new AnswerSubject(test, neighbours);
        int first = 0, whole = 0, none = 0;
        foreach (var (id, question) in test.Queries)
        {
            var answer = await subject.AnswerAsync(question, cancellationToken);
            var sentence = answer.Citations.Count == 0 ? "" : answer.Text[..Sentences.Split(answer.Text)[0].End];
            none += answer.Kind == AnswerKind.None ? 1 : 0;
            first += Holds(sentence, golden[id]) ? 1 : 0;
            whole += Holds(answer.Text, golden[id]) ? 1 : 0;
        }

        var count = (double)test.Queries.Count;
        return new AnswerQuality(first / count, whole / count, none / count, test.Queries.Count);
    }

    /// <summary>Asks the questions of another collection; fewer answers are better.</summary>
    /// <returns>The number of answers and of questions.</returns>
    public static async Task<(int Answered, int Questions)> MeasureForeignAsync(
        string folder, string asked, int neighbours, CancellationToken cancellationToken)
    {
        using var subject = new AnswerSubject(BeirTest.Load(folder), neighbours);
        var (foreign, answered) = (BeirTest.Load(asked).Queries, 0);
        foreach (var question in foreign.Values)
        {
            answered += (await subject.AnswerAsync(question, cancellationToken)).Kind == AnswerKind.None ? 0 : 1;
        }

        return (answered, foreign.Count);
    }

    private static bool Holds(string text, string[] answers) =>
        answers.Any(answer => OneLine(text).Contains(OneLine(answer).TrimEnd('.', ','), StringComparison.OrdinalIgnoreCase));

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
