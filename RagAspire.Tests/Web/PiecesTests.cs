using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Client;
using RagAspire.Web.Components.Answers;
using RagAspire.Web.Components.Documents;
using RagAspire.Web.Components.Parts;
using RagAspire.Web.Security;

namespace RagAspire.Tests.Web;

/// <summary>What the pages make of answers, hits and secrets.</summary>
public sealed class PiecesTests
{
    [Fact]
    public void A_number_leads_to_its_own_citation_and_an_unknown_one_stays_text()
    {
        var (first, second, other) = (Cite(1, 10), Cite(1, 20), Cite(2, 30));

        var pieces = CitedText.Split("One [1]. Two [1][2]. Again [1]; not [9] or [x].", [first, second, other]).ToList();

        Assert.Equal(["One ", "1", ". Two ", "1", "2", ". Again ", "1", "; not [9] or [x]."], pieces.Select(piece => piece.Text));
        Assert.Equal([null, first, null, second, other, null, second, null], pieces.Select(piece => piece.Citation));
    }

    [Theory]
    [InlineData(null, null, null, null, null, null, null)]
    [InlineData("a.pdf", null, null, null, " ", "1", """{"field":"name","eq":"a.pdf"}""")]
    [InlineData(null, "2026-01-01", "2026-01-31", null, null, null, """{"and":[{"field":"createdAt","gte":"2026-01-01"},{"field":"createdAt","lt":"2026-02-01"}]}""")]
    [InlineData(null, null, "soon", null, null, null, """{"field":"createdAt","lt":"soon"}""")]
    [InlineData(null, null, null, "eq", "year", "2025", """{"field":"metadata.year","in":["2025",2025]}""")]
    [InlineData(null, null, null, "eq", "ok", "true", """{"field":"metadata.ok","in":["true",true]}""")]
    [InlineData(null, null, null, null, "author", "Ann", """{"field":"metadata.author","in":["Ann"]}""")]
    [InlineData(null, null, null, "gte", "year", "2025", """{"field":"metadata.year","gte":2025}""")]
    [InlineData(null, null, null, "lte", "due", "2026-01-31", """{"field":"metadata.due","lte":"2026-01-31"}""")]
    public void The_fields_of_the_search_page_are_a_filter(
        string? name, string? from, string? to, string? comparison, string? key, string? value, string? expected)
    {
        var restriction = new SearchRestriction(name, null, from, to, key, comparison, value);

        Assert.Equal((expected is null, expected), (restriction.IsEmpty, restriction.ToFilter()?.ToString()));
    }

    [Theory]
    [InlineData(0, "–")]
    [InlineData(0.4, "1 s")]
    [InlineData(59, "59 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(180_000, "2 d 2 h")]
    public void An_age_has_its_two_largest_units(double seconds, string expected) => Assert.Equal(expected, Formats.Age(seconds));

    [Fact]
    public void The_path_of_a_file_in_a_folder_is_a_tag_that_the_API_takes()
    {
        var path = $"{new string('f', 300)}/note.txt";
        var file = new UploadedFile(path, 1);

        Assert.Equal(("note.txt", path[^256..]), (file.FileName, file.Tags["path"]));
        Assert.Empty(new UploadedFile("note.txt", 1).Tags);
    }

    [Fact]
    public void The_words_of_a_query_are_marked_in_their_other_endings_too()
    {
        var pieces = Highlighter.Split("Backups are kept; the backup keeps.", "how is the backup kept").ToList();

        Assert.Equal(["Backups", "kept", "backup"], pieces.Where(piece => piece.IsMarked).Select(piece => piece.Text));
        Assert.Equal("Backups are kept; the backup keeps.", string.Concat(pieces.Select(piece => piece.Text)));
    }

    [Theory]
    [InlineData(4, 6, "0123", "45", "6789")]
    [InlineData(-5, 2, "", "01", "23456789")]
    [InlineData(8, 99, "01234567", "89", "")]
    [InlineData(50, 60, "0123456789", "", "")]
    [InlineData(6, 4, "012345", "", "6789")]
    public void A_range_outside_of_the_text_marks_what_is_there(int start, int end, string before, string marked, string after)
    {
        var passage = Passage.Of(new TextWindow("0123456789", 0, HasMore: false), start, end);

        Assert.Equal((before, marked, after), (passage.Before, passage.Marked, passage.After));
    }

    [Fact]
    public void Two_replicas_with_one_secret_read_each_others_cookies_and_another_secret_reads_none()
    {
        var sealed1 = Protector("a secret that has at least 32 characters").Protect("key");

        Assert.Equal("key", Protector("a secret that has at least 32 characters").Unprotect(sealed1));
        Assert.ThrowsAny<Exception>(() => Protector("one more secret that has 32 characters").Unprotect(sealed1));
    }

    private static IDataProtector Protector(string secret)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddDataProtection().SetApplicationName("RagAspire.Web");
        services.AddSingleton(Options.Create(new WebOptions { Secret = secret }));
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, SecretKeyRingSetup>();
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
    }

    private static Citation Cite(int number, int start) => new(number, Guid.Empty, "d", Guid.Empty, null, null, start, start + 1, "q");
}
