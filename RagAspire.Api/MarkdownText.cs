using System.Text;

namespace RagAspire.Api;

/// <summary>Text inside of Markdown. The AppHost compiles this file, too: it does not use the API's assembly.</summary>
internal static class MarkdownText
{
    /// <summary>Text of a document or a message, in which nothing is markup.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text.ReplaceLineEndings(" "))
        {
            if (character is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '#')
            {
                escaped.Append('\\');
            }

            escaped.Append(character);
        }

        return escaped.ToString();
    }
}
