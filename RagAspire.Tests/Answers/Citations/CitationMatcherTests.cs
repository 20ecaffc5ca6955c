using RagAspire.Answers.Citations;

namespace RagAspire.Tests.Answers.Citations;

public sealed class CitationMatcherTests
{
    private readonly CitationMatcher _matcher = new(AnswerData.Sentences(AnswerData.Company), AnswerData.Terms);

    [Fact]
    public void Each_source_used_is_cited_once_with_the_sentence_that_supports_it_best()
    {
        var (text, citations) = _matcher.Cite("Revenue rose by 14 percent [2]. The company was founded in 1987 [1].");

        Assert.Equal("Revenue rose by 14 percent [2]. The company was founded in 1987 [1].", text);
        Assert.Equal([1, 2], citations.Select(citation => citation.Number));
        Assert.Equal("Northwind was founded in 1987 by Anna Berg in Oslo.", citations[0].Quote);
        Assert.Equal("In 2023 revenue rose by 14 percent to 96 million euros.", citations[1].Quote);
        Assert.Equal((AnswerData.Id(2), AnswerData.Id(2_000), 7),
            (citations[1].DocumentId, citations[1].ChunkId, citations[1].Page));
    }

    [Fact]
    public void A_sentence_without_a_number_gets_the_one_of_its_source_where_that_is_beyond_doubt()
    {
        var (text, citations) = _matcher.Cite("The warehouse in Bergen burned down in March 2019. That was sad for everybody there.");

        Assert.Equal("The warehouse in Bergen burned down in March 2019 [3]. That was sad for everybody there.", text);
        Assert.Equal(3, Assert.Single(citations).Number);
    }

    [Theory]
    [InlineData("[2147483648]")]
    [InlineData("[99999999999999999999999999]")]
    [InlineData("[0]")]
    public void A_number_that_no_source_has_cites_nothing(string mark)
    {
        var (_, citations) = _matcher.Cite($"The warehouse in Bergen burned down in March 2019 {mark}.");

        Assert.All(citations, citation => Assert.Equal(3, citation.Number));
    }

    [Theory]
    [InlineData("The warehouse in Bergen burned down in March 2018.")]
    [InlineData("It employs many people.")]
    [InlineData("Yes.")]
    [InlineData("The following is known:")]
    public void A_sentence_that_a_source_does_not_clearly_say_stays_without_a_number(string sentence)
    {
        var (text, citations) = _matcher.Cite(sentence);

        Assert.Equal(sentence, text);
        Assert.Empty(citations);
    }

    [Fact]
    public void A_sentence_cited_to_a_source_that_has_nothing_of_it_is_cited_to_the_one_that_says_it()
    {
        var (text, citations) = _matcher.Cite("The warehouse in Bergen burned down in March 2019 [2].");

        Assert.Equal("The warehouse in Bergen burned down in March 2019 [3].", text);
        Assert.Equal(3, Assert.Single(citations).Number);
    }

    [Fact]
    public void A_short_answer_is_traced_with_the_help_of_the_question()
    {
        var whole = _matcher.CiteWhole("412 people.", AnswerData.Terms.ContentTerms("How many people does Northwind employ?"));

        Assert.NotNull(whole);
        Assert.Equal("412 people [1].", whole.Value.Text);
        Assert.Contains("412 people", whole.Value.Citations.Single().Quote, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_no_source_holds_is_not_traced() =>
        Assert.Null(_matcher.CiteWhole("5,000 dragons in Wales.", AnswerData.Terms.ContentTerms("How many people does Northwind employ?")));

    [Theory]
    [InlineData("It rose.", "It rose [1].")]
    [InlineData("It rose", "It rose [1]")]
    [InlineData("Did it?", "Did it [1]?")]
    [InlineData("He said \"no.\"", "He said \"no.\" [1]")]
    [InlineData("And so on...", "And so on... [1]")]
    [InlineData("它上涨了。", "它上涨了 [1]。")]
    public void The_number_stands_before_the_mark_that_ends_the_sentence(string sentence, string expected) =>
        Assert.Equal(expected, CitationMatcher.Cite(sentence, 1));

    [Fact]
    public void Quotes_are_the_sources_own_words_letter_by_letter()
    {
        var hit = AnswerData.Hit("The pump,\n   which was new, failed on 3 May.\nIt was replaced.", 1);
        var matcher = new CitationMatcher(AnswerData.Sentences(hit), AnswerData.Terms);

        var (_, citations) = matcher.Cite("The new pump failed on 3 May [1].");

        Assert.Contains(Assert.Single(citations).Quote, hit.Text, StringComparison.Ordinal);
    }
}
