using RagAspire.Search;

namespace RagAspire.Tests.Search;

public sealed class QuotedPhraseTests
{
    [Theory]
    [InlineData("\"door is open\"", "The Door, is open.", true)]
    [InlineData("\"door is open\"", "The open door is closed.", false)]
    [InlineData("fault \"ERR-1234\"", "Fault ERR-1234 means", true)]
    [InlineData("fault \"ERR-1234\"", "An err in the 1234 test rows", false)]
    [InlineData("\"ERR-123\"", "Fault ERR-1234 means", false)]
    [InlineData("„geöffnete Tür“", "Eine geöffnete Tür.", true)]
    [InlineData("«porte ouverte»", "La porte ouverte", true)]
    [InlineData("\"退货政策\"", "本公司的退货政策规定", true)]
    [InlineData("\"one two\" \"three\"", "three, one two", true)]
    [InlineData("\"one two\" \"three\"", "one two", false)]
    [InlineData("door \"\uD800\" open", "Anything", true)]
    [InlineData("a 5\" pipe", "Anything", true)]
    public void A_hit_holds_every_quoted_part_word_by_word(string query, string text, bool isHit)
    {
        var hit = new SearchHit(Guid.Empty, "name", Guid.Empty, 0, text, 1, null, null);

        Assert.Equal(isHit, QuotedPhrases.Of(query).AreIn(hit));
    }
}
