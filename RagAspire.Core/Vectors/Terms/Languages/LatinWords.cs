namespace RagAspire.Vectors.Terms.Languages;

/// <summary>
/// The words of Latin letters of a text, in lower case, each valid until the next. Apostrophes and hyphens end a word, and so do
/// letters of other scripts.
/// </summary>
internal ref struct LatinWords(ReadOnlySpan<char> text)
{
    /// <summary>Longer runs of letters are no words.</summary>
    public const int Longest = 64;

    private readonly ReadOnlySpan<char> _text = text;
    private readonly char[] _word = new char[Longest];
    private int _at;
    private int _length;

    public readonly ReadOnlySpan<char> Current => _word.AsSpan(0, _length);

    public readonly LatinWords GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_at < _text.Length)
        {
            if (!IsLatin(_text[_at]))
            {
                _at++;
                continue;
            }

            var start = _at;
            while (_at < _text.Length && IsLatin(_text[_at]))
            {
                _at++;
            }

            if (_at - start <= Longest)
            {
                _length = _text[start.._at].ToLowerInvariant(_word);
                return true;
            }
        }

        return false;
    }

    private static bool IsLatin(char c) =>
        char.IsAsciiLetter(c) || (c is >= '\u00C0' and <= '\u024F' or >= '\u1E00' and <= '\u1EFF' && char.IsLetter(c));
}
