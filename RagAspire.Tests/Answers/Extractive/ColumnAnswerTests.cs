using RagAspire.Answers;
using RagAspire.Extraction;
using RagAspire.Search;

namespace RagAspire.Tests.Answers.Extractive;

/// <summary>The most and the least of a column, and which of two rows has more.</summary>
public sealed class ColumnAnswerTests
{
    private const string Warehouses =
        "# Warehouses\n\n| City | Region | Stock | Price | Opened |\n|---|---|---|---|---|\n| Zittau | East | 1,029 | $9.50 | 2011-04-02 |\n"
        + "| Ulm | South | 980 | $12.00 | 2003-09-30 |\n| Kiel | North | 3,400 | $8.75 | 2019-01-15 |\n| Jena | East | 2,100 | $11.10 | 2015-06-01 |\n"
        + "| Total | | 7,509 | | |\n";

    [Theory]
    [InlineData("Which city has the most stock?", "City: Kiel")]
    [InlineData("Which warehouse has the lowest stock?", "City: Ulm")]
    [InlineData("Which city in the East has the highest stock?", "City: Jena")]
    [InlineData("Which warehouse is the cheapest?", "City: Kiel")]
    [InlineData("Which warehouse is the most expensive?", "City: Ulm")]
    [InlineData("Which warehouse was opened latest?", "City: Kiel")]
    [InlineData("Which warehouse has more stock, Zittau or Ulm?", "City: Zittau")]
    [InlineData("Which has less stock, Zittau or Jena?", "City: Zittau")]
    [InlineData("Does Zittau have more stock than Jena?", "No: City: Jena")]
    [InlineData("Does Jena have more stock than Zittau?", "Yes: City: Jena")]
    public async Task The_row_with_the_most_or_the_least_comes_first(string question, string first)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, AnswerData.Chunked(ContentTypes.Markdown, Warehouses));

        Assert.StartsWith(first, answer.Text, StringComparison.Ordinal);
        Assert.StartsWith($"{first.Split(": ")[^1]} |", answer.Citations[0].Quote, StringComparison.Ordinal);
        Assert.NotNull(answer.Citations[0].Start);
    }

    [Theory]
    [InlineData("Welche Pumpe hat die höchste Leistung?", "Pumpe | Leistung\nA1 | 1.200 W\nB2 | 0,9 kW\nC3 | 2,5 kW", "Pumpe: C3")]
    [InlineData("Welche Pumpe ist am leichtesten?", "Pumpe | Gewicht\nA1 | 1,2 kg\nB2 | 900 g\nC3 | 2,5 kg", "Pumpe: B2")]
    [InlineData("Quelle pompe a le plus petit débit ?", "Pompe | Débit\nA1 | 12\nB2 | 9\nC3 | 25", "Pompe: B2")]
    [InlineData("¿Qué bomba tiene el mayor caudal?", "Bomba | Caudal\nA1 | 12\nB2 | 9\nC3 | 25", "Bomba: C3")]
    [InlineData("哪个城市的库存最多？", "城市 | 库存\n苏州 | 120\n南京 | 900\n无锡 | 25", "城市: 南京")]
    [InlineData("Какой насос имеет наибольшую мощность?", "Насос | Мощность\nА1 | 12\nБ2 | 9\nВ3 | 25", "Насос: В3")]
    public async Task Other_languages_and_ways_to_write_numbers_are_read(string question, string text, string first)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, [AnswerData.Hit(text)]);

        Assert.StartsWith(first, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Which city has the most employees?")]
    [InlineData("Which has more stock, Zittau or Bonn?")]
    [InlineData("Which city in Bavaria has the most stock?")]
    public async Task What_the_table_does_not_have_is_not_answered(string question)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, AnswerData.Chunked(ContentTypes.Markdown, Warehouses));

        Assert.Equal(AnswerKind.None, answer.Kind);
    }

    [Fact]
    public async Task A_table_that_was_found_in_part_has_no_most()
    {
        using var rig = AnswerRig.WithoutModel();
        var rows = string.Concat(Enumerable.Range(1, 400).Select(row => $"| City{row} | {row * 7 % 401} |\n"));
        var chunks = AnswerData.Chunked(ContentTypes.Markdown, $"| City | Stock |\n|---|---|\n{rows}");
        SearchHit[] found = [chunks[1], chunks[^1]];

        var answer = await rig.AnswerAsync("Which city has the most stock?", found);

        Assert.Equal(AnswerKind.None, answer.Kind);
    }
}
