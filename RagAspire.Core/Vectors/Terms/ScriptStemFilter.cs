using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Ar;
using Lucene.Net.Analysis.El;
using Lucene.Net.Analysis.Fa;
using Lucene.Net.Analysis.Hi;
using Lucene.Net.Analysis.In;
using Lucene.Net.Analysis.Ru;
using Lucene.Net.Analysis.TokenAttributes;

namespace RagAspire.Vectors.Terms;

/// <summary>Normalises and stems a term by the script of its first letter; Latin terms pass untouched.</summary>
internal sealed class ScriptStemFilter : TokenFilter
{
    private readonly ICharTermAttribute _term;
    private readonly ArabicNormalizer _arabic = new();
    private readonly ArabicStemmer _arabicStemmer = new();
    private readonly PersianNormalizer _persian = new();
    private readonly IndicNormalizer _indic = new();
    private readonly HindiNormalizer _hindi = new();
    private readonly HindiStemmer _hindiStemmer = new();
    private readonly RussianLightStemmer _russian = new();
    private readonly GreekStemmer _greek = new();

    public ScriptStemFilter(TokenStream input)
        : base(input)
        => _term = AddAttribute<ICharTermAttribute>();

    public override bool IncrementToken()
    {
        if (!m_input.IncrementToken())
        {
            return false;
        }

        var buffer = _term.Buffer;
        var length = _term.Length;
        if (length > 0 && buffer[0] >= '\u0370')
        {
            _term.Length = Stem(buffer, length);
        }

        return true;
    }

    private int Stem(char[] term, int length) => term[0] switch
    {
        <= '\u03FF' => _greek.Stem(term, length),
        >= '\u0400' and <= '\u052F' => Cyrillic(term, length),
        >= '\u0600' and <= '\u06FF' => Arabic(term, length),
        >= '\u0900' and <= '\u0DFF' => Indic(term, length),
        _ => length,
    };

    private int Cyrillic(char[] term, int length)
    {
        // Mostly printed without the dots.
        term.AsSpan(0, length).Replace('ё', 'е');
        return _russian.Stem(term, length);
    }

    private int Arabic(char[] term, int length)
    {
        length = _arabic.Normalize(term, length);
        length = _persian.Normalize(term, length);
        return _arabicStemmer.Stem(term, length);
    }

    private int Indic(char[] term, int length)
    {
        length = _indic.Normalize(term, length);
        length = _hindi.Normalize(term, length);
        return _hindiStemmer.Stem(term, length);
    }
}
