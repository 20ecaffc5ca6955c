using RagAspire.Search;

namespace RagAspire.Tests.Search;

public sealed class HitSelectionTests
{
    private static readonly string[] Words = [.. Enumerable.Range(0, 103).Select(at => $"word{at}")];

    /// <summary>103 words have 100 sequences of four, of which one is lost for each other word at the end.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 1)]
    [InlineData(6, 0)]
    [InlineData(103, 0)]
    public void Texts_are_one_hit_when_nine_of_ten_of_their_sequences_are_shared(int otherWords, int duplicates)
    {
        string[] other = [.. Words[..^otherWords], .. Enumerable.Range(0, otherWords).Select(at => $"other{at}")];
        var selection = Selection();

        Assert.Equal(Exclusion.None, selection.Offer(Hit(string.Join(' ', Words))));
        Assert.Equal(
            duplicates == 1 ? Exclusion.Duplicate : Exclusion.None, selection.Offer(Hit(string.Join(' ', other))));
        Assert.Equal(duplicates, selection.Hits[0].Duplicates);
    }

    [Fact]
    public void Texts_of_any_length_are_compared_by_their_share_of_sequences()
    {
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            string[] one = [.. Enumerable.Range(0, random.Next(1, 400)).Select(_ => $"w{random.Next(300)}")];
            string[] other = [.. one];
            foreach (var _ in Enumerable.Range(0, random.Next(1 + (one.Length / 30))))
            {
                other[random.Next(other.Length)] = $"x{random.Next(300)}";
            }

            var selection = Selection();
            selection.Offer(Hit(string.Join(' ', one)));

            Assert.Equal(
                Share(one, other) >= 0.9 ? Exclusion.Duplicate : Exclusion.None,
                selection.Offer(Hit(string.Join(' ', other))));
        }
    }

    [Theory]
    [InlineData("The pump starts by itself.", "the PUMP,  starts\nby\" itself", true)]
    [InlineData("pump", "Pump!", true)]
    [InlineData("The pump starts by itself.", "The pump stops by itself.", false)]
    [InlineData("The pump starts by itself.", "by itself. The pump starts", false)]
    [InlineData("The pump starts by itself.", "", false)]
    public void Case_space_and_marks_at_the_end_of_words_make_no_other_text_but_words_and_their_order_do(
        string one, string other, bool isSame)
    {
        var selection = Selection();
        selection.Offer(Hit(one));

        Assert.Equal(isSame ? Exclusion.Duplicate : Exclusion.None, selection.Offer(Hit(other)));
    }

    private static double Share(string[] one, string[] other)
    {
        var (first, second) = (Sequences(one), Sequences(other));
        return (double)first.Intersect(second).Count() / first.Union(second).Count();
    }

    private static HashSet<string> Sequences(string[] words) =>
        [.. Enumerable.Range(0, Math.Max(1, words.Length - 3)).Select(at => string.Join(' ', words.Skip(at).Take(4)))];

    private static HitSelection Selection() =>
        new(new SearchQuery("word1", "default", 10, SearchMode.Text, new Dictionary<string, string>()));

    private static SearchHit Hit(string text) => new(Guid.NewGuid(), "a.txt", Guid.NewGuid(), 0, text, 1, null, null);
}
