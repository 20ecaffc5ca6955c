using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Standard;
using Lucene.Net.Analysis.TokenAttributes;

namespace RagAspire.Vectors.Terms;

/// <summary>
/// Cuts runs of Thai, Lao, Khmer and Burmese into overlapping trigrams: these scripts put no space between words, so the
/// tokenizer returns a whole clause as one token, which no query would ever match.
/// </summary>
internal sealed class UnspacedScriptFilter : TokenFilter
{
    private const int GramLength = 3;
    private static readonly string RunType = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.SOUTHEAST_ASIAN];

    private readonly ICharTermAttribute _term;
    private readonly ITypeAttribute _type;
    private char[] _run = [];
    private int _runLength;
    private int _next;

    public UnspacedScriptFilter(TokenStream input)
        : base(input)
    {
        _term = AddAttribute<ICharTermAttribute>();
        _type = AddAttribute<ITypeAttribute>();
    }

    public override bool IncrementToken()
    {
        if (_next + GramLength <= _runLength)
        {
            _term.CopyBuffer(_run, _next++, GramLength);
            return true;
        }

        _runLength = 0;
        if (!m_input.IncrementToken())
        {
            return false;
        }

        if (_type.Type == RunType && _term.Length > GramLength)
        {
            _runLength = _term.Length;
            if (_run.Length < _runLength)
            {
                _run = new char[_runLength];
            }

            _term.Buffer.AsSpan(0, _runLength).CopyTo(_run);
            _next = 1;
            _term.Length = GramLength;
        }

        return true;
    }

    public override void Reset()
    {
        base.Reset();
        _runLength = 0;
        _next = 0;
    }
}
