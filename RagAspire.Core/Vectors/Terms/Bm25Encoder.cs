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
        var clean = UnicodeCleaner.Clean(text);
        var variants = SpellingVariants.Of(clean);
        var hashes = new List<uint>();
        analyzer.Analyze(clean, term => hashes.Add(Hash(term)));
        analyzer.Analyze(variants.Words, term => hashes.Add(Hash(term)));
        hashes.AddRange(variants.Names.Select(name => Hash(name)));
        if (hashes.Count == 0)
        {
            return Count([.. variants.Pairs.Select(pair => Hash(pair))]);
        }

        var weights = new Dictionary<uint, float>();
        LanguageTerms.OfQuery(
            clean, (term, weight) => CollectionsMarshal.GetValueRefOrAddDefault(weights, Hash(term), out _) += weight);
        return Plus(Count(hashes), weights);
    }

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

    private static TermVector Plus(TermVector terms, Dictionary<uint, float> weights)
    {
        foreach (var (index, value) in terms.Indices.Zip(terms.Values))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(weights, index, out _) += value;
        }

        var sorted = weights.OrderBy(term => term.Key).ToList();
        return new TermVector([.. sorted.Select(term => term.Key)], [.. sorted.Select(term => term.Value)]);
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
}
