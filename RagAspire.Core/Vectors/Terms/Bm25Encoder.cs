using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using RagAspire.Vectors.Terms.Languages;

namespace RagAspire.Vectors.Terms;

/// <summary>Turns text, of a chunk or of a query, into the term counts that BM25 needs. Safe to use from many threads.</summary>
/// <remarks>
/// Of a chunk, the file name, the heading path and the text are fields: a term counts in each as often as the weight of the field
/// says, and so does the length.
/// </remarks>
public sealed class Bm25Encoder(TextAnalyzer analyzer, IOptions<Bm25Options>? options = null)
{
    /// <summary>Raised with every change of the terms that a text has.</summary>
    private const int Version = 3;

    private readonly Bm25Options _options = options?.Value ?? new Bm25Options();

    /// <summary>Names the terms that a chunk is stored with; others are encoded again.</summary>
    public string Analysis =>
        string.Create(CultureInfo.InvariantCulture, $"{Version}:{_options.NameWeight}:{_options.HeadingWeight}");

    /// <summary>Names all that the ranking by text depends on, besides the documents.</summary>
    public string Settings => string.Create(CultureInfo.InvariantCulture, $"{Analysis}:{_options.K1}:{_options.B}");

    /// <summary>Counts the terms of a chunk.</summary>
    /// <param name="name">The file name of its document.</param>
    /// <param name="section">Its heading path; null for none.</param>
    public TermVector EncodeChunk(string name, string? section, string text)
    {
        var hashes = new List<uint>(text.Length / 6);
        var languages = WordLanguages.Of(text);
        AddRepeated(hashes, Path.GetFileNameWithoutExtension(name), languages, _options.NameWeight);
        AddRepeated(hashes, section ?? "", languages, _options.HeadingWeight);
        Add(hashes, text, languages);
        return Count(hashes);
    }

    /// <summary>Counts the terms of a text that is found. A text without any term gives <see cref="TermVector.Empty"/>.</summary>
    public TermVector Encode(string text)
    {
        var hashes = new List<uint>(text.Length / 6);
        Add(hashes, text, WordLanguages.Of(text));
        return Count(hashes);
    }

    /// <summary>Counts the terms of a query. Stop words count only where it has nothing else.</summary>
    public TermVector EncodeQuery(string text)
    {
        var weights = new Dictionary<uint, float>();
        VisitQuery(
            text, (term, _, weight) => CollectionsMarshal.GetValueRefOrAddDefault(weights, Hash(term), out var _) += weight);
        if (weights.Count == 0)
        {
            return TermVector.Empty;
        }

        var sorted = weights.OrderBy(term => term.Key).ToList();
        return new TermVector([.. sorted.Select(term => term.Key)], [.. sorted.Select(term => term.Value)]);
    }

    /// <summary>The terms of <see cref="EncodeQuery"/> as they can be read, words first.</summary>
    public IReadOnlyList<QueryTerm> ExplainQuery(string text)
    {
        var terms = new OrderedDictionary<uint, QueryTerm>();
        VisitQuery(text, (term, kind, weight) =>
        {
            var hash = Hash(term);
            terms[hash] = terms.TryGetValue(hash, out var known)
                ? known with { Weight = known.Weight + weight }
                : new QueryTerm(Shown(term), kind, hash, weight);
        });
        return [.. terms.Values];
    }

    private void VisitQuery(string text, QueryVisitor visit)
    {
        var clean = UnicodeCleaner.Clean(text);
        var variants = SpellingVariants.Of(clean);
        var isEmpty = true;
        analyzer.Analyze(clean, term => Visit(term, TermKind.Word));
        analyzer.Analyze(variants.Words, term => Visit(term, TermKind.Variant));
        foreach (var name in variants.Names)
        {
            Visit(name, TermKind.Variant);
        }

        if (isEmpty)
        {
            foreach (var pair in variants.Pairs)
            {
                visit(pair, TermKind.Variant, 1);
            }

            return;
        }

        LanguageTerms.OfQuery(clean, (term, weight) => visit(term, LanguageTerms.KindOf(term), weight));

        void Visit(ReadOnlySpan<char> term, TermKind kind)
        {
            isEmpty = false;
            visit(term, kind, 1);
        }
    }

    /// <summary>Control characters mark the terms that are no words of a text.</summary>
    private static string Shown(ReadOnlySpan<char> term) =>
        string.Concat(term.ToString().Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();

    private void AddRepeated(List<uint> hashes, string text, IReadOnlyList<WordLanguage> languages, int weight)
    {
        var from = hashes.Count;
        if (weight > 0)
        {
            Add(hashes, text, languages);
        }

        var once = hashes[from..];
        for (var i = 1; i < weight; i++)
        {
            hashes.AddRange(once);
        }
    }

    private void Add(List<uint> hashes, string text, IReadOnlyList<WordLanguage> languages)
    {
        var clean = UnicodeCleaner.Clean(text);
        var variants = SpellingVariants.Of(clean);
        analyzer.AnalyzeFound(clean, term => hashes.Add(Hash(term)));
        analyzer.Analyze(variants.Words, term => hashes.Add(Hash(term)));
        hashes.AddRange(variants.Names.Select(name => Hash(name)));
        hashes.AddRange(variants.Pairs.Select(pair => Hash(pair)));
        LanguageTerms.OfText(clean, languages, term => hashes.Add(Hash(term)));
    }

    /// <summary>The 32-bit hash by which a term is stored; the same in every process and for ever.</summary>
    /// <remarks>FNV-1a over UTF-16 units in 64 bits, folded by a finalizer: short terms spread over all 32 bits.</remarks>
    public static uint Hash(ReadOnlySpan<char> term)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in term)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCDUL;
        return (uint)(hash >> 32);
    }

    private static TermVector Count(List<uint> found)
    {
        if (found.Count == 0)
        {
            return TermVector.Empty;
        }

        found.Sort();
        var hashes = CollectionsMarshal.AsSpan(found);
        var distinct = 1;
        for (var i = 1; i < hashes.Length; i++)
        {
            distinct += hashes[i] == hashes[i - 1] ? 0 : 1;
        }

        var indices = new uint[distinct];
        var values = new float[distinct];
        var at = -1;
        for (var i = 0; i < hashes.Length; i++)
        {
            if (i == 0 || hashes[i] != hashes[i - 1])
            {
                indices[++at] = hashes[i];
            }

            values[at]++;
        }

        return new TermVector(indices, values);
    }

    /// <summary>Receives one term of a query, and how much it counts.</summary>
    private delegate void QueryVisitor(ReadOnlySpan<char> term, TermKind kind, float weight);
}
