using System.Collections.Frozen;
using Lucene.Net.Analysis.Ca;
using Lucene.Net.Analysis.Cz;
using Lucene.Net.Analysis.Da;
using Lucene.Net.Analysis.De;
using Lucene.Net.Analysis.En;
using Lucene.Net.Analysis.Es;
using Lucene.Net.Analysis.Fi;
using Lucene.Net.Analysis.Fr;
using Lucene.Net.Analysis.Hu;
using Lucene.Net.Analysis.It;
using Lucene.Net.Analysis.Nl;
using Lucene.Net.Analysis.No;
using Lucene.Net.Analysis.Pt;
using Lucene.Net.Analysis.Ro;
using Lucene.Net.Analysis.Sv;
using Lucene.Net.Analysis.Tr;
using Lucene.Net.Tartarus.Snowball;
using Lucene.Net.Tartarus.Snowball.Ext;
using Dutch = Lucene.Net.Tartarus.Snowball.Ext.DutchStemmer;

namespace RagAspire.Vectors.Terms.Languages;

/// <summary>Tells the language of a text by its stop words: a sentence has several, and needs no model.</summary>
internal static class WordLanguages
{
    /// <summary>Stop words of a running text are a third of its words; names and foreign words bring a few.</summary>
    private const double LeastShare = 0.08;

    private const int LeastHits = 2;

    /// <summary>Languages that share most of their stop words, such as Danish and Norwegian, both count.</summary>
    private const double AsGood = 0.9;

    /// <summary>Lucene's English list is short beside the others, which have most function words of their language.</summary>
    private static readonly string[] EnglishWords =
    [
        .. EnglishAnalyzer.DefaultStopSet,
        .. ("i you he she we me him her his its our your my them from have has had been were do does did can could would should may might "
            + "must which what who whom whose when where why how than so all any each other some only about between after before over "
            + "under more most also out up am because").Split(' '),
    ];

    public static IReadOnlyList<WordLanguage> All { get; } =
    [
        Compounding("de", GermanAnalyzer.DefaultStopSet, () => new GermanLightStemmer().Stem),
        Compounding("nl", DutchAnalyzer.DefaultStopSet, () => Snowball(new Dutch())),
        Compounding("sv", SwedishAnalyzer.DefaultStopSet, () => new SwedishLightStemmer().Stem),
        Compounding("no", NorwegianAnalyzer.DefaultStopSet, () => new NorwegianLightStemmer(NorwegianStandard.BOKMAAL).Stem),
        Compounding("da", DanishAnalyzer.DefaultStopSet, () => Snowball(new DanishStemmer())),
        Compounding("fi", FinnishAnalyzer.DefaultStopSet, () => new FinnishLightStemmer().Stem),
        Compounding("hu", HungarianAnalyzer.DefaultStopSet, () => new HungarianLightStemmer().Stem),
        Language("fr", FrenchAnalyzer.DefaultStopSet, () => new FrenchLightStemmer().Stem),
        Language("es", SpanishAnalyzer.DefaultStopSet, () => new SpanishLightStemmer().Stem),
        Language("it", ItalianAnalyzer.DefaultStopSet, () => new ItalianLightStemmer().Stem),
        Language("pt", PortugueseAnalyzer.DefaultStopSet, () => new PortugueseLightStemmer().Stem),
        Language("ca", CatalanAnalyzer.DefaultStopSet, () => Snowball(new CatalanStemmer())),
        Language("ro", RomanianAnalyzer.DefaultStopSet, () => Snowball(new RomanianStemmer())),
        Language("tr", TurkishAnalyzer.DefaultStopSet, () => Snowball(new TurkishStemmer())),
        Language("cs", CzechAnalyzer.DefaultStopSet, () => new CzechStemmer().Stem),
    ];

    /// <summary>By word: a bit for each language that has it as a stop word; English is the last bit.</summary>
    private static readonly FrozenDictionary<string, uint> Masks = All
        .Select(language => language.StopWords.AsEnumerable()).Append(EnglishWords)
        .SelectMany((words, at) => words.Select(word => (Word: word, Mask: 1u << at)))
        .GroupBy(word => word.Word, word => word.Mask, StringComparer.Ordinal)
        .ToFrozenDictionary(word => word.Key, word => word.Aggregate((one, other) => one | other), StringComparer.Ordinal);

    /// <returns>The languages of a text; none for English, and for what has no running text in one of them.</returns>
    public static IReadOnlyList<WordLanguage> Of(string text) =>
        Counts.Of(text) is { } counts && counts.Best > counts.English && counts.Best >= LeastHits
            && counts.Best >= counts.Words * LeastShare
            ? counts.Languages
            : [];

    /// <returns>
    /// The languages of a query; all where it has no stop word of any language, such as a name, and none for English.
    /// </returns>
    public static IReadOnlyList<WordLanguage> OfQuery(string query)
    {
        var counts = Counts.Of(query);
        return (counts.Best, counts.English) switch
        {
            (0, 0) => All,
            var (best, english) when best > english => counts.Languages,
            _ => [],
        };
    }

    private static WordLanguage Language(string code, IEnumerable<string> stopWords, Func<WordStemmer> stemmer) =>
        new(code, stopWords.ToFrozenSet(StringComparer.Ordinal), stemmer, HasCompounds: false);

    private static WordLanguage Compounding(string code, IEnumerable<string> stopWords, Func<WordStemmer> stemmer) =>
        Language(code, stopWords, stemmer) with { HasCompounds = true };

    private static WordStemmer Snowball(SnowballProgram program) => (word, length) =>
    {
        program.SetCurrent(word, length);
        program.Stem();
        program.CurrentBuffer.AsSpan(0, program.CurrentBufferLength).CopyTo(word);
        return program.CurrentBufferLength;
    };

    /// <summary>The stop words of a text by language.</summary>
    private sealed class Counts
    {
        private readonly int[] _hits = new int[All.Count + 1];

        public int Words { get; private set; }

        public int Best => _hits.AsSpan(0, All.Count).ToArray().Max();

        public int English => _hits[^1];

        public IReadOnlyList<WordLanguage> Languages => [.. All.Where((_, at) => _hits[at] > 0 && _hits[at] >= Best * AsGood)];

        public static Counts Of(string text)
        {
            var counts = new Counts();
            var lookup = Masks.GetAlternateLookup<ReadOnlySpan<char>>();
            foreach (var word in new LatinWords(text))
            {
                counts.Words++;
                if (lookup.TryGetValue(word, out var mask))
                {
                    counts.Count(mask);
                }
            }

            return counts;
        }

        private void Count(uint mask)
        {
            for (var at = 0; at < _hits.Length; at++)
            {
                _hits[at] += (int)((mask >> at) & 1);
            }
        }
    }
}
