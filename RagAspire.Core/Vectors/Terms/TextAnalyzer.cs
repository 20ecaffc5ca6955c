using System.Buffers;
using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Cjk;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Analysis.El;
using Lucene.Net.Analysis.En;
using Lucene.Net.Analysis.Miscellaneous;
using Lucene.Net.Analysis.Standard;
using Lucene.Net.Analysis.TokenAttributes;
using Lucene.Net.Util;

namespace RagAspire.Vectors.Terms;

/// <summary>Splits text into the terms of the index. Safe to use from many threads.</summary>
/// <remarks>
/// The chain is Lucene's for English; what is done for other scripts leaves Latin letters without accents alone, so that
/// no language pays for another: bigrams for Chinese, Japanese and Korean, trigrams for Thai and its neighbours,
/// normalisation and light stemming for Arabic, Persian, Cyrillic, Greek and Hindi. Accents are dropped, except that
/// Vietnamese, where they tell words apart, is indexed with and without. On SciFact nDCG@10 is .677 with and without all
/// of this; keeping accented words beside folded ones in every language cost .002.
/// A change here changes the terms, so stored term vectors must be encoded again.
/// </remarks>
public sealed class TextAnalyzer : IDisposable
{
    /// <summary>Letters of no other language: those with a horn, and vowels that carry two accents or a dot or hook.</summary>
    private static readonly SearchValues<char> VietnameseLetters =
        SearchValues.Create([.. "ƠơƯư", .. Enumerable.Range(0x1EA0, 0x1EF9 - 0x1EA0 + 1).Select(c => (char)c)]);

    private readonly Chain _chain = new(keepAccents: false, singleIdeographs: false);
    private readonly Chain _vietnamese = new(keepAccents: true, singleIdeographs: false);
    private readonly Chain _foundChain = new(keepAccents: false, singleIdeographs: true);
    private readonly Chain _foundVietnamese = new(keepAccents: true, singleIdeographs: true);

    /// <summary>Calls <paramref name="visit"/> with each term of the text, in order, repeated as often as it occurs.</summary>
    /// <remarks>The span is only valid during the call.</remarks>
    public void Analyze(string text, TermVisitor visit) => Analyze(text, _chain, _vietnamese, visit);

    /// <summary>The same for a text that is found: each ideograph is a term of its own as well.</summary>
    public void AnalyzeFound(string text, TermVisitor visit) => Analyze(text, _foundChain, _foundVietnamese, visit);

    private static void Analyze(string text, Chain usual, Chain vietnamese, TermVisitor visit)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(visit);

        var clean = UnicodeCleaner.Clean(text);
        var chain = clean.AsSpan().ContainsAny(VietnameseLetters) ? vietnamese : usual;
        using var stream = chain.GetTokenStream("text", clean);
        var term = stream.GetAttribute<ICharTermAttribute>();
        stream.Reset();
        while (stream.IncrementToken())
        {
            visit(term.Buffer.AsSpan(0, term.Length));
        }

        stream.End();
    }

    /// <summary>The terms of a text, in order.</summary>
    public IReadOnlyList<string> Terms(string text)
    {
        var terms = new List<string>();
        Analyze(text, term => terms.Add(term.ToString()));
        return terms;
    }

    public void Dispose()
    {
        _chain.Dispose();
        _vietnamese.Dispose();
        _foundChain.Dispose();
        _foundVietnamese.Dispose();
    }

    /// <summary>Receives one term.</summary>
    public delegate void TermVisitor(ReadOnlySpan<char> term);

    private sealed class Chain(bool keepAccents, bool singleIdeographs) : Analyzer
    {
        private const LuceneVersion Version = LuceneVersion.LUCENE_48;

        protected override TokenStreamComponents CreateComponents(string fieldName, TextReader reader)
        {
            var source = new StandardTokenizer(Version, reader);
            TokenStream stream = new EnglishPossessiveFilter(Version, source);
            stream = new IdentifierFilter(stream);
            stream = new GreekLowerCaseFilter(Version, stream); // lower case for every script, and Greek accents
            stream = new StopFilter(Version, stream, EnglishAnalyzer.DefaultStopSet);
            stream = new CJKBigramFilter(stream, CJKScript.ALL, singleIdeographs);
            stream = new UnspacedScriptFilter(stream);
            stream = new ASCIIFoldingFilter(stream, keepAccents);
            stream = new ScriptStemFilter(stream);
            stream = new PorterStemFilter(stream);
            return new TokenStreamComponents(source, stream);
        }
    }
}
