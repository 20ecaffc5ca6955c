namespace RagAspire.Extractor.Formats.Office;

/// <summary>What stands on a sheet beside its cells: comments, text boxes, charts, pictures with a description.</summary>
internal sealed class SheetExtras(OfficePart sheet)
{
    public IEnumerable<OfficeExtra> Read()
    {
        foreach (var comment in sheet.RelatedFor("comments").SelectMany(part => part.TryLoad().Inside("comment")))
        {
            yield return new OfficeExtra($"Comment on {comment.Value("ref")}: {SharedTexts.TextOf(comment.Child("text"))}");
        }

        foreach (var comment in sheet.RelatedFor("threadedComment").SelectMany(part => part.TryLoad().Inside("threadedComment")))
        {
            yield return new OfficeExtra($"Comment on {comment.Value("ref")}: {comment.Child("text")?.Value}");
        }

        foreach (var drawing in sheet.RelatedFor("drawing"))
        {
            foreach (var extra in Drawing(drawing))
            {
                yield return extra;
            }
        }
    }

    private static IEnumerable<OfficeExtra> Drawing(OfficePart part)
    {
        foreach (var element in part.TryLoad()?.Descendants() ?? [])
        {
            switch (element.LocalName())
            {
                case "txBody":
                    yield return new OfficeExtra(string.Join('\n', element.Children("p").Select(SlideText.Of)));
                    break;
                case "cNvPr" when element.Value("descr") is { Length: > 0 } description:
                    yield return new OfficeExtra($"(image: {description})");
                    break;
                case "chart" when part.Related(element.RelationshipId()) is { } chart:
                    yield return new OfficeExtra(string.Empty, OfficeChart.Read(chart.TryLoad()));
                    break;
                default:
                    break;
            }
        }
    }
}
