using RagAspire.Answers.Citations;

namespace RagAspire.Tests.Answers.Citations;

public sealed class ControlFilterTests
{
    [Theory]
    [InlineData("plain text\nof two lines\twith a tab", "plain text\nof two lines\twith a tab")]
    [InlineData("\u001B[31mred\u001B[0m and \u001B[2Jgone", "red and gone")]
    [InlineData("\u001B]8;;http://evil.example\u0007link\u001B]8;;\u0007", "link")]
    [InlineData("\u001B]0;title\nnext line", "\nnext line")]
    [InlineData("\u009B31mred", "red")]
    [InlineData("a\u0000b\u0008c\u007Fd", "abcd")]
    [InlineData("user\u202Egnp.exe\u202C \u2066isolated\u2069", "usergnp.exe isolated")]
    [InlineData("naïve 日本語 שלום 😀", "naïve 日本語 שלום 😀")]
    public void What_a_terminal_or_page_would_obey_is_removed(string text, string shown)
    {
        Assert.Equal(shown, ControlFilter.Clean(text));
        var filter = new ControlFilter();
        Assert.Equal(shown, string.Concat(text.Where(filter.Shows)));
    }
}
