namespace RagAspire.Answers.Citations;

/// <summary>
/// Removes what a terminal or a page would obey instead of showing: control characters, escape sequences, and marks that
/// turn the direction of text around. It works character by character, because a sequence may be cut by a stream.
/// </summary>
internal sealed class ControlFilter
{
    private const char Escape = '\u001B';
    private const char Bell = '\u0007';
    private const char ControlSequence = '\u009B';

    private State _state;

    private enum State
    {
        Text,
        Escaped,

        /// <summary>Until a letter, as in a colour.</summary>
        Sequence,

        /// <summary>Until a bell or the end of the line, as in a window's title or a link.</summary>
        Command,
    }

    /// <summary>Whether the next character is shown.</summary>
    public bool Shows(char letter)
    {
        var before = _state;
        _state = (before, letter) switch
        {
            (_, Escape) => State.Escaped,
            (_, ControlSequence) => State.Sequence,
            (_, '\n') => State.Text,
            (State.Escaped, '[') => State.Sequence,
            (State.Escaped, ']' or 'P' or 'X' or '^' or '_') => State.Command,
            (State.Sequence, >= '@' and <= '~') => State.Text,
            (State.Sequence or State.Command, not Bell) => before,
            _ => State.Text,
        };
        return _state == State.Text && (before == State.Text || letter == '\n') && !IsControl(letter);
    }

    /// <summary>A whole text without them.</summary>
    public static string Clean(string text)
    {
        if (!text.Any(IsControl))
        {
            return text;
        }

        var filter = new ControlFilter();
        return string.Concat(text.Where(filter.Shows));
    }

    private static bool IsControl(char letter) =>
        (char.IsControl(letter) && letter is not ('\n' or '\t' or '\r'))
        || letter is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
