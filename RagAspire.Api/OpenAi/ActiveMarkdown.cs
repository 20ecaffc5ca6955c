using System.Text;

namespace RagAspire.Api.OpenAi;

/// <summary>
/// Takes the effect from links, pictures and HTML in the text of an answer: programs that chat render Markdown, and a picture of
/// another host tells that host what was asked. It works character by character, because a stream may cut them anywhere.
/// </summary>
/// <remarks>What it writes reads the same: a backslash that Markdown does not show, and <c>&lt;\</c> where HTML began.</remarks>
internal sealed class ActiveMarkdown
{
    private char _before;

    /// <summary>A whole text without effects.</summary>
    public static string Quiet(string text) => new ActiveMarkdown().Next(text);

    /// <summary>The next piece of a text without effects.</summary>
    public string Next(string text)
    {
        var quiet = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (HasEffect(character))
            {
                quiet.Append('\\');
            }

            quiet.Append(character);
            _before = character;
        }

        return quiet.ToString();
    }

    /// <summary>The address of a link or its definition, and the name of a tag; none begins after a backslash.</summary>
    private bool HasEffect(char character) => _before switch
    {
        ']' => character is '(' or ':',
        '<' => char.IsAsciiLetter(character) || character is '/' or '!' or '?',
        _ => false,
    };
}
