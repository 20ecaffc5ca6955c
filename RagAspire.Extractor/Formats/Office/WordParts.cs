using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The text of the parts around the body of a Word document: charts, diagrams, comments, headers and footers.</summary>
internal sealed partial class WordParts(OfficePart main)
{
    private readonly Lazy<Dictionary<string, XElement>> _comments = new(() =>
    {
        var comments = new Dictionary<string, XElement>(StringComparer.Ordinal);
        foreach (var comment in main.RelatedFor("comments").FirstOrDefault()?.TryLoad().Children("comment") ?? [])
        {
            comments.TryAdd(comment.Value("id") ?? string.Empty, comment);
        }

        return comments;
    });

    public IEnumerable<OfficeExtra> Anchored(IEnumerable<WordAnchor> anchors) => anchors.SelectMany(Anchored);

    /// <summary>Each text of the headers or the footers once; page numbers are no text.</summary>
    public IEnumerable<string> Edges(string purpose) => main.RelatedFor(purpose)
        .SelectMany(part => part.TryLoad().Inside("p"))
        .Select(paragraph => CleanText.Lines(new WordText(paragraph).Text))
        .Where(text => text.Length > 0 && !PageNumber().IsMatch(text))
        .Distinct(StringComparer.Ordinal);

    private IEnumerable<OfficeExtra> Anchored(WordAnchor anchor)
    {
        switch (anchor.Kind)
        {
            case WordAnchorKind.Chart when OfficeChart.Read(main.Related(anchor.Id)?.TryLoad()) is { } values:
                yield return new OfficeExtra(string.Empty, values);
                break;
            case WordAnchorKind.Diagram:
                foreach (var paragraph in main.Related(anchor.Id)?.TryLoad().Inside("p") ?? [])
                {
                    yield return new OfficeExtra(SlideText.Of(paragraph));
                }

                break;
            case WordAnchorKind.Comment when _comments.Value.TryGetValue(anchor.Id ?? string.Empty, out var comment):
                var author = comment.Value("author");
                yield return new OfficeExtra($"Comment{(string.IsNullOrEmpty(author) ? "" : $" by {author}")}: {WordText.Flat(comment)}");
                break;
            default:
                break;
        }
    }

    [GeneratedRegex(@"^\W*((page|seite|p\.|pagina|página)\s*)?\d{0,5}(\s*(of|von|/|de|di)\s*\d{1,5})?\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex PageNumber();
}
