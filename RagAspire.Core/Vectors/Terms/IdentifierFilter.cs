using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;

namespace RagAspire.Vectors.Terms;

/// <summary>
/// Adds the words inside <c>queue_depth</c>, <c>prometheus.yml</c> and <c>found.The</c>, which the tokenizer leaves in one
/// piece, to the whole: found by the name and by a word of it.
/// </summary>
internal sealed class IdentifierFilter : TokenFilter
{
    private readonly ICharTermAttribute _term;
    private char[] _whole = [];
    private int _length;
    private int _next;

    public IdentifierFilter(TokenStream input)
        : base(input)
        => _term = AddAttribute<ICharTermAttribute>();

    public override bool IncrementToken()
    {
        while (_next < _length)
        {
            var start = _next;
            var end = start;
            while (end < _length && !IsBorder(_whole, _length, end))
            {
                end++;
            }

            _next = end + 1;
            if (end > start)
            {
                _term.CopyBuffer(_whole, start, end - start);
                return true;
            }
        }

        _length = 0;
        if (!m_input.IncrementToken())
        {
            return false;
        }

        if (HasBorder(_term.Buffer, _term.Length))
        {
            Keep(_term.Buffer, _term.Length);
        }

        return true;
    }

    public override void Reset()
    {
        base.Reset();
        _length = 0;
        _next = 0;
    }

    private static bool HasBorder(char[] term, int length)
    {
        for (var i = 0; i < length; i++)
        {
            if (IsBorder(term, length, i))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A full stop between digits belongs to the number or the version.</summary>
    private static bool IsBorder(char[] term, int length, int at) => term[at] switch
    {
        '_' => true,
        '.' or ':' => at > 0 && at + 1 < length && char.IsLetter(term[at - 1]) && char.IsLetter(term[at + 1]),
        _ => false,
    };

    private void Keep(char[] term, int length)
    {
        if (_whole.Length < length)
        {
            _whole = new char[length];
        }

        term.AsSpan(0, length).CopyTo(_whole);
        (_length, _next) = (length, 0);
    }
}
