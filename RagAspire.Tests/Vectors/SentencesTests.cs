using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Vectors;

public sealed class SentencesTests
{
    [Theory]
    [InlineData("Dr. Smith met Mr. Jones. They spoke.", "Dr. Smith met Mr. Jones.", "They spoke.")]
    [InlineData("It cost 3.5 million. Nobody paid.", "It cost 3.5 million.", "Nobody paid.")]
    [InlineData("Acme Inc. and Roe Corp. merged in 2020. The U.S. Congress objected.", "Acme Inc. and Roe Corp. merged in 2020.", "The U.S. Congress objected.")]
    [InlineData("He moved to the U.S. The family stayed.", "He moved to the U.S.", "The family stayed.")]
    [InlineData("J. R. Tolkien wrote it. Read it!", "J. R. Tolkien wrote it.", "Read it!")]
    [InlineData("\"Stop.\" He left (quickly.) Why? Nobody knows…", "\"Stop.\"", "He left (quickly.)", "Why?", "Nobody knows…")]
    [InlineData("Das gilt z.B. für Nr. 5. Am 3. Mai beginnt es.", "Das gilt z.B. für Nr. 5.", "Am 3. Mai beginnt es.")]
    [InlineData("一つ目です。二つ目です！三つ目？", "一つ目です。", "二つ目です！", "三つ目？")]
    [InlineData("यह पहला वाक्य है। यह दूसरा है।", "यह पहला वाक्य है।", "यह दूसरा है।")]
    [InlineData("هل وصل؟ نعم وصل.", "هل وصل؟", "نعم وصل.")]
    [InlineData("Sales rose. [1] Costs fell [2]. [3][4] Done.", "Sales rose. [1]", "Costs fell [2]. [3][4]", "Done.")]
    [InlineData("see www.example.com. It works with v1.2.3 too.", "see www.example.com.", "It works with v1.2.3 too.")]
    public void Prose_is_split_where_sentences_end_and_nowhere_else(string text, params string[] expected) =>
        Assert.Equal(expected, Split(text));

    [Fact]
    public void Lines_broken_by_a_margin_are_one_sentence()
    {
        const string Text = """
            The committee that was appointed in the spring of 1974 to
            look into the accident found that the valve had not been
            closed. It recommended a second valve.
            """;

        Assert.Equal(2, Split(Text).Count);
    }

    [Fact]
    public void Headings_list_items_and_table_rows_stand_for_themselves()
    {
        const string Text = """
            # Limits
            The service has limits:
            - 10 requests per second
            - 64 MiB per upload
            1. Ask for more
            | Plan | Price |
            | Free | 0 |
            Further text follows here, as prose.
            """;

        Assert.Equal(
            [
                "# Limits", "The service has limits:", "- 10 requests per second", "- 64 MiB per upload", "1. Ask for more",
                "| Plan | Price |", "| Free | 0 |", "Further text follows here, as prose.",
            ],
            Split(Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n\n ")]
    [InlineData("--- *** ...")]
    public void Text_without_words_has_no_sentences(string text) => Assert.Empty(Split(text));

    [Fact]
    public void Nothing_but_space_is_lost_between_sentences()
    {
        var random = new Random(11);
        const string Letters = "aB. !?\n|-1,。\"[](#\té";
        for (var i = 0; i < 2_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => Letters[random.Next(Letters.Length)])]);
            var spans = Sentences.Split(text);

            var end = 0;
            foreach (var span in spans)
            {
                Assert.True(span.Start >= end && span.End > span.Start, text);
                Assert.DoesNotContain(text[end..span.Start], char.IsLetterOrDigit);
                end = span.End;
            }

            Assert.DoesNotContain(text[end..], char.IsLetterOrDigit);
        }
    }

    [Fact]
    public void A_huge_text_is_split_in_time()
    {
        var text = string.Concat(Enumerable.Repeat("A sentence of the usual length, with a comma. ", 50_000));

        var startedAt = TimeProvider.System.GetTimestamp();

        Assert.Equal(50_000, Sentences.Split(text).Count);
        Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(10));
    }

    private static List<string> Split(string text) => [.. Sentences.Split(text).Select(span => span.Of(text))];
}
