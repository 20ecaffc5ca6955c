using RagAspire.TestSupport.Retrieval;
using RagAspire.Vectors.Terms;
using RagAspire.Vectors.Terms.Languages;

namespace RagAspire.Tests.Vectors;

/// <summary>Words of other languages than English are found in their other forms, and German ones inside compounds.</summary>
public sealed class LanguageTermTests
{
    private const string English =
        "The maintenance of the plant is due every year. The fee is 45 euros, and it is paid to the company that owns the boilers.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Rechnung", "Die Rechnungen sind bis zum Ersten des Monats zu zahlen.")]
    [InlineData("Haus", "Die Anlagen werden jährlich gewartet. Die Häuser stehen am Fluss.")]
    [InlineData("hauser", "Die Anlagen werden jährlich gewartet. Das Haus steht am Fluss.")]
    [InlineData("Wartung", "Die Gesellschaft betreibt eine Wartungsanlage in Linz. Sie ist neu.")]
    [InlineData("Anlage", "Die Gesellschaft betreibt eine Wartungsanlage in Linz. Sie ist neu.")]
    [InlineData("Gebühr", "Die Prüfgebühr beträgt 45 Euro, und sie ist im Voraus zu zahlen.")]
    [InlineData("Wie lange ist die Kündigungsfrist?", "Die Frist für eine Kündigung ist drei Monate.")]
    [InlineData("verzekering", "De zorgverzekeringen worden elk jaar in januari verlengd, en dat is voor iedereen zo.")]
    [InlineData("försäkring", "Sjukförsäkringen gäller från den första dagen och den är inte beroende av lönen.")]
    [InlineData("forsikring", "Alle ansatte har en sundhedsforsikring, og den er gyldig fra den første dag.")]
    [InlineData("avtale", "Leieavtalen er gyldig fra den første dagen, og den kan ikke sies opp av eieren.")]
    [InlineData("cheval", "Les chevaux sont nourris à l'aube, et ils ne sont pas dans le pré.")]
    [InlineData("facture", "Les factures sont payées dans les trente jours de la livraison.")]
    [InlineData("factura", "Las facturas se pagan a los treinta días de la entrega.")]
    [InlineData("fattura", "Le fatture sono da pagare entro trenta giorni dalla consegna della merce.")]
    [InlineData("relatório", "Os relatórios são entregues na segunda-feira ao gerente da empresa.")]
    [InlineData("ház", "A házak a folyó mellett állnak, és nem régiek, de szépek.")]
    [InlineData("smlouva", "Smlouvy jsou podepsány a budou platné od ledna, ale ne pro všechny.")]
    [InlineData("sözleşme", "Sözleşmeler bu ay için imzalandı ve daha sonra bir kopya gönderildi.")]
    public async Task A_word_finds_its_other_forms(string query, string text)
    {
        using var subject = new IndexSubject(Documents(text));

        Assert.Equal("text", Assert.Single(await subject.SearchAsync(query, 10, Token)));
    }

    /// <summary>A word of the query that stands in both texts is worth no more for being in a foreign one.</summary>
    [Fact]
    public async Task A_question_in_English_does_not_prefer_texts_in_other_languages()
    {
        using var subject = new IndexSubject(Documents("Die Maintenance der Anlage ist die Sache von Siemens, und sie ist teuer."));

        Assert.Equal("english", (await subject.SearchAsync("What is the maintenance fee of the plant?", 10, Token))[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Siemens 6ES7-214 Linz GmbH")]
    [InlineData(English)]
    [InlineData("Pumps of Die Pumpe GmbH are in the cellar, and the valve is over the door in room 4.")]
    [InlineData("退货政策规定三十天")]
    public void What_is_no_running_text_in_another_language_has_no_terms_of_one(string text) =>
        Assert.Empty(WordLanguages.Of(text));

    [Theory]
    [InlineData("Wo steht die Pumpe?", "de")]
    [InlineData("Où est la pompe de la cave ?", "fr")]
    [InlineData("¿Dónde está la bomba que se compró?", "es")]
    public void A_question_is_read_in_its_language(string query, string language) =>
        Assert.Equal(language, Assert.Single(WordLanguages.OfQuery(query)).Code);

    [Fact]
    public void A_question_in_English_is_read_in_no_other_and_a_name_in_all()
    {
        Assert.Empty(WordLanguages.OfQuery("Where is the pump?"));
        Assert.Same(WordLanguages.All, WordLanguages.OfQuery("Pumpe"));
    }

    [Fact]
    public void A_compound_is_cut_where_its_second_part_could_begin()
    {
        string[] Parts(string word) => [.. CompoundParts.Of(word).Select(at => $"{word[..at]}|{word[at..]}")];

        Assert.Contains("wartungs|anlage", Parts("wartungsanlage"));
        Assert.DoesNotContain("wartu|ngsanlage", Parts("wartungsanlage"));
        Assert.Contains("schiff|fahrt", Parts("schifffahrt"));
        Assert.Empty(Parts("strumpf"));
    }

    [Fact]
    public void A_long_word_and_a_long_text_are_read_at_once()
    {
        using var analyzer = new TextAnalyzer();
        var text = string.Join(' ', Enumerable.Repeat("die und der " + new string('a', 60) + " " + new string('b', 10_000), 200));

        Assert.NotEmpty(new Bm25Encoder(analyzer).Encode(text).Indices);
    }

    private static BeirTest Documents(string text) => new(
        "languages",
        [new BeirDocument("text", "", text), new BeirDocument("english", "", English), new BeirDocument("other", "", "Il pleut 45 fois.")],
        new Dictionary<string, string>(),
        new Dictionary<string, IReadOnlyDictionary<string, int>>());
}
