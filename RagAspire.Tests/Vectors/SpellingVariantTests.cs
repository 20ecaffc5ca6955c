using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Vectors;

/// <summary>What a query finds although the text spells it in another way.</summary>
public sealed class SpellingVariantTests : IDisposable
{
    private readonly TextAnalyzer _analyzer = new();

    public void Dispose() => _analyzer.Dispose();

    [Theory]
    [InlineData("ERR-1234 means", "word err", "word 1234", "variant err1234", "word mean")]
    [InlineData("Kündigungsfrist für die Wartung", "stem wartung", "part wartung", "variant kuendigungsfrist")]
    [InlineData("to be or not to be", "variant to be", "variant not to")]
    [InlineData("✅")]
    public void A_query_is_explained_by_the_terms_by_which_it_is_searched(string query, params string[] terms)
    {
        var encoder = new Bm25Encoder(_analyzer);

        var explained = encoder.ExplainQuery(query);

        var encoded = encoder.EncodeQuery(query);
        Assert.Equal(
            encoded.Indices.Zip(encoded.Values),
            explained.OrderBy(term => term.Hash).Select(term => (term.Hash, term.Weight)));
        var shown = explained.Select(term => $"{term.Kind.Word()} {term.Text}").ToList();
        Assert.All(terms, term => Assert.Contains(term, shown));
    }

    [Theory]
    [InlineData("Fault ERR-1234 means", "ERR1234")]
    [InlineData("Fault ERR1234 means", "err-1234")]
    [InlineData("welded by EN 1090-2", "EN1090-2")]
    [InlineData("welded by EN 1090-2", "EN 1090")]
    [InlineData("certified for ISO 9001:2015", "ISO9001")]
    [InlineData("the module 6ES7-214", "6ES7214")]
    [InlineData("order PO-2025-0117", "PO20250117")]
    [InlineData("part KX_20.4/b", "KX204B")]
    [InlineData("reset the Wi-Fi password", "wifi")]
    [InlineData("reset the wifi password", "Wi-Fi")]
    [InlineData("use the e-mail form", "email")]
    [InlineData("a pre-trained system", "pretrained")]
    [InlineData("set maxRetryCount to 5", "retry count")]
    [InlineData("use getUserById", "user by id")]
    [InlineData("in the HTTPServerFactory", "server factory")]
    [InlineData("was 1,234,567.89 euros", "1234567.89")]
    [InlineData("war 1.234.567,89 Euro", "1234567.89")]
    [InlineData("was 1'234'567.89 francs", "1234567.89")]
    [InlineData("was 12,345 euros", "12345")]
    [InlineData("the version is v2.10.3", "2.10.3")]
    [InlineData("L'entretien de l'ascenseur", "ascenseur")]
    [InlineData("L’œuvre est au musée d’Orsay", "Orsay")]
    [InlineData("L’œuvre est au musée", "oeuvre")]
    [InlineData("dell'azienda", "azienda")]
    [InlineData("La porta de l'edifici", "edifici")]
    [InlineData("Una ampolla d’aigua", "aigua")]
    [InlineData("La porta s'ha obert", "ha")]
    [InlineData("B'fhéidir go bhfuil", "fhéidir")]
    [InlineData("D’ól sé an bainne", "ól")]
    [InlineData("Tháinig m'athair", "athair")]
    [InlineData("Die Prüfgebühr beträgt", "Pruefgebuehr")]
    [InlineData("退货政策规定", "货")]
    [InlineData("IT is on floor 3", "IT")]
    [InlineData("To be or not to be, that is the question", "to be or not to be")]
    public void A_text_has_the_terms_of_the_query(string text, string query)
    {
        var encoder = new Bm25Encoder(_analyzer);
        var asked = Written(encoder.EncodeQuery(query));

        Assert.NotEmpty(asked);
        Assert.Subset(encoder.Encode(text).Indices.ToHashSet(), asked.Where(IsWhole(encoder, query)).ToHashSet());
    }

    [Theory]
    [InlineData("An err in the 1234 test rows", "ERR-1234")]
    [InlineData("the year 1090 in EN", "EN 1090")]
    public void A_code_is_more_than_its_pieces(string text, string code)
    {
        var encoder = new Bm25Encoder(_analyzer);

        Assert.NotEmpty(Written(encoder.EncodeQuery(code)).Except(encoder.Encode(text).Indices));
    }

    [Theory]
    [InlineData("the")]
    [InlineData("it is the")]
    public void Stop_words_count_only_where_a_query_has_nothing_else(string words)
    {
        var encoder = new Bm25Encoder(_analyzer);

        Assert.Equal(Written(encoder.EncodeQuery("question")), Written(encoder.EncodeQuery($"{words} question")));
    }

    [Fact]
    public void Fields_count_by_their_weights()
    {
        var encoder = new Bm25Encoder(
            _analyzer, Microsoft.Extensions.Options.Options.Create(new Bm25Options { NameWeight = 1, HeadingWeight = 3 }));
        var terms = encoder.EncodeChunk("pump.pdf", "Valve", "Gasket");

        Assert.Equal(1, CountOf(terms, "pump"));
        Assert.Equal(3, CountOf(terms, "valv"));
        Assert.Equal(1, CountOf(terms, "gasket"));
        Assert.NotEqual(encoder.Analysis, new Bm25Encoder(_analyzer).Analysis);
    }

    /// <summary>The terms of a query without its stems in other languages, which count less where it names none.</summary>
    private static IEnumerable<uint> Written(RagAspire.Vectors.TermVector query) =>
        query.Indices.Zip(query.Values).Where(term => term.Second >= 1).Select(term => term.First);

    private static float CountOf(RagAspire.Vectors.TermVector terms, string term) =>
        terms.Values[Array.IndexOf(terms.Indices, Bm25Encoder.Hash(term))];

    /// <summary>Of a query that is written apart, such as Wi-Fi, the whole is enough.</summary>
    private static Func<uint, bool> IsWhole(Bm25Encoder encoder, string query)
    {
        if (!query.Contains('-', StringComparison.Ordinal))
        {
            return _ => true;
        }

        var whole = encoder.EncodeQuery(query.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant()).Indices.ToHashSet();
        return whole.Contains;
    }
}
