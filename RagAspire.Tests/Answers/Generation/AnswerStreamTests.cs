using System.Globalization;
using RagAspire.Answers.Generation;

namespace RagAspire.Tests.Answers.Generation;

public sealed class AnswerStreamTests
{
    private const int SourceCount = 5;

    [Theory]
    [InlineData("Sales rose [1]. Costs fell [7].", "Sales rose [1]. Costs fell.")]
    [InlineData("Both rose [1, 3].", "Both rose [1][3].")]
    [InlineData("All rose [1-3].", "All rose [1][2][3].")]
    [InlineData("All rose [3–9] again.", "All rose [3][4][5] again.")]
    [InlineData("Both rose 【1】【2†source】.", "Both rose [1][2].")]
    [InlineData("Both rose ［２］.", "Both rose [2].")]
    [InlineData("It rose (source 1) and fell (Sources 2 and 3).", "It rose [1] and fell [2][3].")]
    [InlineData("It rose (see source: 2).", "It rose [2].")]
    [InlineData("It rose [Source 2] and [source 9].", "It rose [2] and.")]
    [InlineData("Es stieg [Quelle 1 und Quelle 2].", "Es stieg [1][2].")]
    [InlineData("It rose [^1] [1] [1].", "It rose [1].")]
    [InlineData("It rose [1] [2] and [0] more [99].", "It rose [1][2] and more.")]
    [InlineData("An aside [sic], a list [a, b] and (1) stay.", "An aside [sic], a list [a, b] and (1) stay.")]
    [InlineData("Round (sources differ on this) stay.", "Round (sources differ on this) stay.")]
    [InlineData("Nested [see [2]] and [[3]].", "Nested [see [2]] and [[3]].")]
    [InlineData("Open to the end [1", "Open to the end [1")]
    [InlineData("A broken [1\nline", "A broken [1\nline")]
    [InlineData("[8] Begins with nothing.", "Begins with nothing.")]
    [InlineData("Years like [2016] are no sources.", "Years like are no sources.")]
    [InlineData("<think>I wonder [1]</think>It rose [1].", "It rose [1].")]
    [InlineData("<THINKING>\nhm\n</thinking>\n\nIt rose [1].", "It rose [1].")]
    [InlineData("no tag at first</think>It rose [1].", "It rose [1].")]
    [InlineData("a < b and <thin air> stay [1].", "a < b and <thin air> stay [1].")]
    [InlineData("<think>never closed [1]", "")]
    public void What_a_model_writes_becomes_checked_text_however_the_stream_is_cut(string written, string expected)
    {
        Assert.Equal(expected, Run(written, [.. written.Select(letter => letter.ToString())]).Text);
        Assert.Equal(expected, Run(written, [written]).Text);
        for (var size = 2; size < 12; size++)
        {
            Assert.Equal(expected, Run(written, [.. written.Chunk(size).Select(piece => new string(piece))]).Text);
        }
    }

    [Fact]
    public void Hostile_brackets_give_the_same_text_in_any_pieces_and_never_a_source_that_is_not_there()
    {
        var random = new Random(3);
        string[] parts =
        [
            "[", "]", "(", ")", "【", "】", "1", "7", "23", ",", "-", "–", " ", "\n", "source ", "Sources ", "see ", "and ", "word", ".",
            "[1]", "[9]", "[2, 8]", "[1-100]", "<think>", "</think>", "<", "NO_", "NO_ANSWER", "†", "^", "é", "\ud83d\ude00",
        ];
        for (var round = 0; round < 3_000; round++)
        {
            var written = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => parts[random.Next(parts.Length)]));
            var whole = Run(written, [written]);
            var (cut, shown) = (Run(written, Cut(written, random)), Run(written, Cut(written, random)).Shown);

            Assert.Equal(whole.Text, cut.Text);
            Assert.Equal(whole.IsNoAnswer, cut.IsNoAnswer);
            Assert.All(
                System.Text.RegularExpressions.Regex.Matches(whole.Text, @"\[(\d+)\]"),
                mark => Assert.InRange(int.Parse(mark.Groups[1].Value, CultureInfo.InvariantCulture), 1, SourceCount));
            if (!written.Contains("</think", StringComparison.Ordinal) && !written.Contains("NO_ANSWER", StringComparison.Ordinal))
            {
                Assert.Equal(whole.Text, shown);
            }
        }
    }

    [Fact]
    public void A_citation_is_never_shown_before_it_is_checked()
    {
        var stream = new AnswerStream(SourceCount);
        var shown = "";
        foreach (var letter in "Sales rose [7] and fell [1, 9].")
        {
            shown += stream.Push(letter.ToString());
            Assert.DoesNotContain('7', shown);
            Assert.DoesNotContain('9', shown);
        }

        Assert.Equal("Sales rose and fell [1].", shown + stream.Finish());
    }

    [Theory]
    [InlineData("NO_ANSWER")]
    [InlineData("  no_answer.\n")]
    [InlineData("NO_ANSWER. The sources only speak of sales [1].")]
    [InlineData("**NO_ANSWER**")]
    [InlineData("The sources say nothing of it: NO_ANSWER")]
    [InlineData("I don't know.")]
    [InlineData("I'm sorry, but I can't find that in the sources.")]
    [InlineData("The provided sources do not contain this information.")]
    [InlineData("Die Quellen enthalten keine Angaben dazu.")]
    public void A_model_that_does_not_know_is_understood(string written)
    {
        var run = Run(written, Cut(written, new Random(1)));

        Assert.True(run.IsNoAnswer);
    }

    [Theory]
    [InlineData("The sources do not contain the price, but the cost is 3 euros [1].")]
    [InlineData("Sales rose [1]. NO_ANSWER")]
    [InlineData("No information system existed before 1990 [2].")]
    public void A_cited_answer_is_an_answer(string written) => Assert.False(Run(written, [written]).IsNoAnswer);

    [Fact]
    public void Nothing_is_shown_of_an_answer_that_is_none()
    {
        const string Written = "NO_ANSWER because the sources only speak of sales [1].";

        Assert.Equal("", Run(Written, Cut(Written, new Random(2))).Shown);
    }

    private static (string Text, string Shown, bool IsNoAnswer) Run(string written, IReadOnlyList<string> pieces)
    {
        Assert.Equal(written, string.Concat(pieces));
        var stream = new AnswerStream(SourceCount);
        var shown = string.Concat(pieces.Select(stream.Push)) + stream.Finish();
        return (stream.Text, shown, stream.IsNoAnswer);
    }

    private static List<string> Cut(string text, Random random)
    {
        var pieces = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(text.Length - at, random.Next(1, 9));
            pieces.Add(text.Substring(at, length));
            at += length;
        }

        return pieces;
    }
}
