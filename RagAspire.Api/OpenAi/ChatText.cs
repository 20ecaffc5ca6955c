using System.Globalization;
using System.Text;
using RagAspire.Answers;

namespace RagAspire.Api.OpenAi;

/// <summary>An answer as the content of a chat message: the text, and a foot with the sources that it cites.</summary>
internal static class ChatText
{
    /// <summary>The text of the answer.</summary>
    public static string Body(Answer answer) => ActiveMarkdown.Quiet(answer.Text);

    /// <summary>The sources, one a line; empty when there are none.</summary>
    public static string Foot(Answer answer)
    {
        var foot = new StringBuilder();
        foreach (var citation in answer.Citations.DistinctBy(citation => citation.Number))
        {
            foot.Append(foot.Length == 0 ? "\n\nSources:" : "").Append(
                CultureInfo.InvariantCulture, $"\n[{citation.Number}] {MarkdownText.Escape(citation.DocumentName)}");
            if (citation.Page is { } page)
            {
                foot.Append(CultureInfo.InvariantCulture, $", page {page}");
            }
        }

        return foot.ToString();
    }

    /// <summary>One annotation for each number in brackets in the body.</summary>
    /// <param name="web">The address of the web app; null where it is not known.</param>
    public static IReadOnlyList<ChatAnnotation> Annotations(Answer answer, Uri? web)
    {
        var body = Body(answer);
        var annotations = new List<ChatAnnotation>();
        foreach (var citation in answer.Citations.DistinctBy(citation => citation.Number))
        {
            var mark = string.Create(CultureInfo.InvariantCulture, $"[{citation.Number}]");
            for (var at = 0; (at = body.IndexOf(mark, at, StringComparison.Ordinal)) >= 0; at += mark.Length)
            {
                annotations.Add(new ChatAnnotation("url_citation", new UrlCitation(
                    at, at + mark.Length, Address(citation, web), citation.DocumentName)));
            }
        }

        return [.. annotations.OrderBy(annotation => annotation.Citation.StartIndex)];
    }

    private static string Address(Citation citation, Uri? web) => web is null
        ? $"/api/v1/documents/{citation.DocumentId}/content"
        : $"{web.AbsoluteUri.TrimEnd('/')}/documents/{citation.DocumentId}";
}
