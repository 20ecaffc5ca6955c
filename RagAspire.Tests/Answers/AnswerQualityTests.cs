using System.Text.Json;
using RagAspire.Answers;
using RagAspire.Search;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Retrieval;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Answers;

/// <summary>Answers without a model, measured on questions with known answers.</summary>
public sealed class AnswerQualityTests
{
    private const int HitCount = 5;

    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook", 0, .97, .99, .01)]
    [SampleRow("sample/handbook", 3, .97, .99, .01)]
    [LargeRow("retrieval-en", 0, .78, .91, .02)]
    [LargeRow("retrieval-en", 3, .78, .91, .02)]
    public async Task The_first_sentence_and_the_whole_answer_hold_what_was_asked(
        string collection, int neighbours, double leastFirst, double leastWhole, double mostNone)
    {
        var folder = SharedData.Locate(collection);
        var golden = JsonSerializer.Deserialize<Dictionary<string, string[]>>(
            await File.ReadAllTextAsync(Path.Combine(folder, "answers.json"), TestContext.Current.CancellationToken))!;
        var test = BeirTest.Load(folder);
        using var rig = AnswerRig.WithoutModel();
        int first = 0, whole = 0, none = 0;
        foreach (var (id, question, sources, words) in await AskAsync(test, test.Queries, neighbours))
        {
            var answer = await rig.AnswerAsync(question, sources.Hits, counts: words, neighbours: sources.Neighbours);
            var sentence = answer.Citations.Count == 0 ? "" : answer.Text[..Sentences.Split(answer.Text)[0].End];
            none += answer.Kind == AnswerKind.None ? 1 : 0;
            first += Holds(sentence, golden[id]) ? 1 : 0;
            whole += Holds(answer.Text, golden[id]) ? 1 : 0;
        }

        var count = (double)test.Queries.Count;
        TestContext.Current.TestOutputHelper?.WriteLine($"first sentence {first / count:F3}, whole answer {whole / count:F3}, none {none / count:F3}");
        Assert.InRange(first / count, leastFirst, 1);
        Assert.InRange(whole / count, leastWhole, 1);
        Assert.InRange(none / count, 0, mostNone);
    }

    /// <summary>A large collection holds most words of any question somewhere, so it is the harder one.</summary>
    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook", "sample/garden", 0, .05)]
    [SampleRow("sample/garden", "sample/handbook", 0, .05)]
    [SampleRow("sample/handbook", "sample/garden", 3, .09)]
    [LargeRow("retrieval-en", "scifact", 0, .06)]
    [LargeRow("scifact", "retrieval-en", 0, .39)]
    public async Task Questions_about_something_else_are_mostly_left_unanswered(
        string collection, string asked, int neighbours, double most)
    {
        var test = BeirTest.Load(SharedData.Locate(collection));
        var foreign = BeirTest.Load(SharedData.Locate(asked)).Queries;
        using var rig = AnswerRig.WithoutModel();
        var answered = 0;
        foreach (var (_, question, sources, words) in await AskAsync(test, foreign, neighbours))
        {
            var answer = await rig.AnswerAsync(question, sources.Hits, counts: words, neighbours: sources.Neighbours);
            answered += answer.Kind == AnswerKind.None ? 0 : 1;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{answered} of {foreign.Count} foreign questions were answered");
        Assert.InRange(answered / (double)foreign.Count, 0, most);
    }

    private static async Task<List<(string Id, string Question, Found Sources, TermFrequencies QuestionTerms)>> AskAsync(
        BeirTest test, IReadOnlyDictionary<string, string> questions, int neighbours)
    {
        using var search = new IndexSubject(test);
        var documents = test.Documents.Select((document, number) => (document, number)).ToDictionary(pair => pair.document.Id);
        var counts = test.Documents.SelectMany(document => AnswerData.Terms.Terms(document.Text).Distinct())
            .GroupBy(term => term).ToDictionary(term => term.Key, term => Math.Min(DocumentFrequency.Most, term.LongCount()));
        var asked = new List<(string, string, Found, TermFrequencies)>();
        foreach (var (id, question) in questions)
        {
            var found = await search.SearchAsync(question, HitCount, TestContext.Current.CancellationToken);
            var numbers = found.Select(document => documents[document].number);
            var sources = Found.Of(test, [.. numbers], neighbours);
            asked.Add((id, question, sources, Counts(question, counts, test.Documents.Count)));
        }

        return asked;
    }

    /// <summary>What the database would count.</summary>
    private static TermFrequencies Counts(string question, Dictionary<string, long> counts, int passages) => new(
        passages,
        question.Split(' ').Select(word => word.Trim('?', '.', ',', '"', '(', ')')).Distinct().Where(word => word.Length > 0).ToDictionary(
            word => word, word => AnswerData.Terms.Terms(word) is [var term, ..] ? counts.GetValueOrDefault(term) : passages));

    private static bool Holds(string text, string[] answers) =>
        answers.Any(answer => OneLine(text).Contains(OneLine(answer).TrimEnd('.', ','), StringComparison.OrdinalIgnoreCase));

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The hits of a question, and the chunks around the best of them.</summary>
    private sealed record Found(SearchHit[] Hits, SearchHit[] Neighbours)
    {
        /// <param name="neighbours">
        /// Of how many hits the chunks around are given: the collection is one document then. Without any each text is a document.
        /// </param>
        public static Found Of(BeirTest test, int[] found, int neighbours)
        {
            if (neighbours == 0)
            {
                return new Found(Array.ConvertAll(found, number => AnswerData.Hit(test.Documents[number].Text, number + 1)), []);
            }

            var around = found.Take(neighbours).SelectMany(number => new[] { number - 1, number + 1 })
                .Where(number => number >= 0 && number < test.Documents.Count);
            return new Found(Array.ConvertAll(found, InOne), [.. around.Select(InOne)]);

            SearchHit InOne(int number) => AnswerData.Hit(test.Documents[number].Text, ordinal: number);
        }
    }
}
