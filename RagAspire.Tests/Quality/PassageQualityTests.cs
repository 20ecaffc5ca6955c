using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Tests.Quality;

/// <summary>How the benchmark of chunking compares chunks with passages, by their characters.</summary>
public sealed class PassageQualityTests
{
    private static readonly TextRange[] Passages = [new(10, 20), new(30, 40)];
    private static readonly TextRange[] Found = [new(0, 15), new(12, 18)];

    [Fact]
    public void Characters_that_two_chunks_hold_are_found_once_and_read_twice()
    {
        var quality = PassageQuality.Measure(Passages, Found, Found);

        Assert.Equal(8 / 20.0, quality.Recall);
        Assert.Equal(8 / 21.0, quality.Precision);
        Assert.Equal(8 / 33.0, quality.Iou);
    }

    [Fact]
    public void The_best_search_finds_each_chunk_with_a_part_of_a_passage()
    {
        var quality = PassageQuality.Measure(Passages, [], [.. Found, new(35, 50), new(50, 60)]);

        Assert.Equal(13 / 40.0, quality.PrecisionOmega);
        Assert.Equal(0, quality.Recall);
        Assert.Equal(0, quality.Precision);
        Assert.Equal(0, quality.Iou);
    }

    [Fact]
    public void Exactly_the_passages_are_perfect() =>
        Assert.Equal(new PassageQuality(1, 1, 1, 1), PassageQuality.Measure(Passages, Passages, Passages));

    [Fact]
    public void The_mean_is_over_questions() => Assert.Equal(
        new PassageQuality(.5, .25, .125, 1),
        PassageQuality.Mean([new PassageQuality(1, .5, .25, 1), new PassageQuality(0, 0, 0, 1)]));

    [Fact]
    public void Words_are_found_in_a_source_that_has_markup_and_other_spaces()
    {
        const string Source = "# Pump 7\n\nThe  **valve** opens at [6 bar](https://example.org/the/valve) and the lid.";
        const string Text = "Pump 7\n\nThe valve opens at 6 bar and the lid.";

        var alignment = new TextAlignment(Source, Text);

        Assert.Equal(1, alignment.Found);
        Assert.Equal("valve** opens at [6 bar", In(Source, alignment.SourceOf(Of(Text, "valve opens at 6 bar"))));
        Assert.Equal("the lid.", In(Source, alignment.SourceOf(Of(Text, "the lid."))));
    }

    [Fact]
    public void Words_that_the_source_does_not_have_are_passed_over()
    {
        const string Text = "The valve table-row opens.";

        var alignment = new TextAlignment("The valve opens.", Text);

        Assert.Equal(3 / 4.0, alignment.Found);
        Assert.Equal(new TextRange(4, 16), alignment.SourceOf(Of(Text, "valve table-row opens.")));
        Assert.Equal(0, alignment.SourceOf(Of(Text, "table-row")).Length);
    }

    private static TextRange Of(string text, string part)
    {
        var at = text.IndexOf(part, StringComparison.Ordinal);
        return new TextRange(at, at + part.Length);
    }

    private static string In(string text, TextRange range) => text[range.Start..range.End];
}
