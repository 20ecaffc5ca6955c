using RagAspire.Answers;
using RagAspire.Answers.Sessions;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Tests.Answers;

/// <summary>Questions that continue a session, and those that begin something new in it.</summary>
public sealed class FollowUpTests(ITestOutputHelper output)
{
    private const string First = "Who built the Hoover Dam?";

    [Theory]
    [InlineData("When was it opened?")]
    [InlineData("And in 2022?")]
    [InlineData("How many workers did they lose?")]
    [InlineData("Wann wurde er eröffnet?")]
    [InlineData("Combien a-t-elle coûté à cette époque de la crise ?")]
    [InlineData("¿Cuánto costó esa obra en aquel tiempo?")]
    [InlineData("Когда его открыли для всех посетителей страны?")]
    [InlineData("What did it cost the city of Boulder?")]
    [InlineData("Why?")]
    public void What_cannot_be_understood_alone_is_searched_with_the_question_before(string question) =>
        Assert.Equal($"{First} {question}", FollowUp.SearchText(question, [new SessionTurn("Old?", "Yes."), new SessionTurn(First, "Six Companies.")]));

    [Theory]
    [InlineData("When did the Titanic sink?")]
    [InlineData("Who is the author of Faust and of his later works?")]
    [InlineData("How long may unused holidays be carried over into the next year?")]
    [InlineData("What does ERR-1234 mean?")]
    public void What_names_something_itself_is_searched_alone(string question)
    {
        Assert.Equal(question, FollowUp.SearchText(question, [new SessionTurn(First, "Six Companies.")]));
        Assert.Equal("When was it opened?", FollowUp.SearchText("When was it opened?", []));
    }

    /// <summary>Of dialogues, each with its second question, and with four questions about something else.</summary>
    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook", "sample/dialogues/handbook.tsv", .97, .06)]
    [LargeRow("retrieval-en", "sample/dialogues/follow-ups.tsv", .95, .03)]
    public async Task The_second_question_of_a_dialogue_finds_its_paragraph_and_a_new_subject_its_own(
        string folder, string file, double least, double mostLost)
    {
        var collection = BeirTest.Load(SharedData.Locate(folder));
        using var subject = new IndexSubject(collection);
        var dialogues = File.ReadLines(SharedData.Locate(file)).Skip(1)
            .Select(line => line.Split('\t'))
            .Select(parts => (Paragraph: parts[0], First: collection.Queries[parts[1]], Next: parts[2])).ToList();
        Assert.True(dialogues.Count > 40);
        var random = new Random(3);
        var all = collection.Relevant
            .Select(each => (Paragraph: each.Value.Keys.First(), Next: collection.Queries[each.Key])).ToList();
        var changes = dialogues.SelectMany(dialogue => Enumerable.Range(0, 4).Select(_ => all[random.Next(all.Count)])
            .Where(other => other.Paragraph != dialogue.Paragraph)
            .Select(other => (other.Paragraph, dialogue.First, other.Next))).ToList();

        var (ofAlone, ofFollowUps) = (await NdcgAsync(subject, dialogues, alone: true), await NdcgAsync(subject, dialogues));
        var (changesAlone, ofChanges) = (await NdcgAsync(subject, changes, alone: true), await NdcgAsync(subject, changes));

        output.WriteLine(FormattableString.Invariant(
            $"nDCG@10 of {dialogues.Count} follow-ups {ofFollowUps:0.000} (alone {ofAlone:0.000}), of {changes.Count} changes of subject {ofChanges:0.000} (alone {changesAlone:0.000})"));
        Assert.InRange(ofFollowUps, least, 1);
        Assert.InRange(ofChanges, changesAlone - mostLost, 1);
    }

    private static async Task<double> NdcgAsync(
        IndexSubject subject, List<(string Paragraph, string First, string Next)> dialogues, bool alone = false)
    {
        var sum = 0.0;
        foreach (var (paragraph, first, next) in dialogues)
        {
            var text = alone ? next : FollowUp.SearchText(next, [new SessionTurn(first, "")]);
            var found = await subject.SearchAsync(text, 10, TestContext.Current.CancellationToken);
            var rank = found.ToList().IndexOf(paragraph);
            sum += rank < 0 ? 0 : 1 / Math.Log2(rank + 2);
        }

        return sum / dialogues.Count;
    }
}
