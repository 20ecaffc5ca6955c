using RagAspire.Quality;
using RagAspire.Search;

namespace RagAspire.Tests.Quality;

public sealed class GradingTests
{
    private static readonly Guid Handbook = Guid.NewGuid();

    [Fact]
    public void All_that_was_expected_on_top_is_worth_one()
    {
        var grade = Grading.Of([new Expectation(DocumentName: "a.txt"), new Expectation(Handbook)], [Hit("a.txt"), Hit("b.txt", Handbook)]);

        Assert.Equal(new Grade(1, 1, 1), grade);
    }

    [Fact]
    public void Nothing_found_is_worth_nothing() =>
        Assert.Equal(new Grade(0, null, 0), Grading.Of([new Expectation(DocumentName: "a.txt")], [Hit("b.txt"), Hit("c.txt")]));

    [Fact]
    public void A_lower_place_is_worth_less_by_its_logarithm()
    {
        var grade = Grading.Of([new Expectation(DocumentName: "a.txt"), new Expectation(DocumentName: "z.txt")], [Hit("b.txt"), Hit("c.txt"), Hit("a.txt")]);

        Assert.Equal((.5, 3), (grade.Recall, grade.FirstPlace));
        Assert.Equal(1 / Math.Log2(4) / (1 + (1 / Math.Log2(3))), grade.Ndcg, 10);
    }

    [Fact]
    public void A_second_passage_of_a_found_document_adds_nothing()
    {
        Expectation[] expected = [new(DocumentName: "a.txt"), new(DocumentName: "z.txt")];

        Assert.Equal(Grading.Of(expected, [Hit("a.txt")]), Grading.Of(expected, [Hit("a.txt"), Hit("a.txt"), Hit("a.txt")]));
    }

    [Fact]
    public void Only_ten_hits_count() => Assert.Equal(
        0, Grading.Of([new Expectation(DocumentName: "a.txt")], [.. Enumerable.Repeat(Hit("b.txt"), 10), Hit("a.txt")]).Recall);

    [Theory]
    [InlineData("thirteen months", true)]
    [InlineData("THIRTEEN\n  Months", true)]
    [InlineData("thirteen years", false)]
    public void A_quote_is_found_whatever_the_case_and_the_white_space(string quote, bool found) => Assert.Equal(
        found ? 1 : 0, Grading.Of([new Expectation(Quote: quote)], [Hit("a.txt", text: "They are kept for thirteen\nmonths.")]).Recall);

    [Fact]
    public void What_is_given_together_must_fit_one_hit() => Assert.Equal(
        0, Grading.Of([new Expectation(DocumentName: "a.txt", Quote: "blue")], [Hit("a.txt", text: "red"), Hit("b.txt", text: "blue")]).Recall);

    private static SearchHit Hit(string name, Guid? id = null, string text = "") =>
        new(id ?? Guid.NewGuid(), name, Guid.NewGuid(), 0, text, 1, null, null);
}
