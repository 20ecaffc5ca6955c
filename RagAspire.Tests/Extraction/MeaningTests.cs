using RagAspire.Extraction;
using RagAspire.Extractor.Formats.Office;

namespace RagAspire.Tests.Extraction;

/// <summary>Raised, struck, hidden and chosen text keeps its meaning on a plain line.</summary>
public sealed class MeaningTests
{
    [Theory]
    [InlineData("4.5 × 10<sup>6</sup> litres on 30 m<sup>2</sup>", "4.5 × 10^6 litres on 30 m^2")]
    [InlineData("5.2<sup>1</sup> million, 12<sup>3</sup> people", "5.2[^1] million, 12[^3] people")]
    [InlineData("CO<sub>2</sub>, log<sub>2</sub> and 2<sup>-3</sup>", "CO2, log_2 and 2^-3")]
    [InlineData("the 1<sup>st</sup> part<sup><a href='#n'>4</a></sup>", "the 1st part[^4]")]
    [InlineData("1<sup>1</sup>/<sub>2</sub> cups", "1 1/2 cups")]
    [InlineData("fee <del>49</del> <ins>39</ins> euros", "fee ~~49~~ 39 euros")]
    [InlineData("<math><mfrac><mi>a</mi><msqrt><mn>16</mn></msqrt></mfrac></math>", "a/(sqrt(16))")]
    [InlineData("<input value='Week 37'> <select><option>A<option selected>B</select>", "Week 37 B")]
    [InlineData("<img alt='The ramp is in Miller Street' src=x>", "(image: The ramp is in Miller Street)")]
    [InlineData("seen<span style='font-size:1px;color:white'>unseen</span>", "seen")]
    public void Html_keeps_what_changes_the_meaning(string html, string expected) =>
        Assert.Equal(expected, Samples.Read(ContentTypes.Html, $"<p>{html}</p>").Blocks[0].Text);

    [Theory]
    [InlineData("{Run(10)}{Run(4, vertAlign w:val='superscript')} and {Run(31)}{Run(2, vertAlign w:val='superscript')} euros", "10^4 and 31[^2] euros")]
    [InlineData("{Run(The old term.,strike)} {Run(secret,vanish)}", "~~The old term.~~ [hidden: secret]")]
    [InlineData("<w:sdt><w:sdtPr><w14:checkbox xmlns:w14='x'><w14:checked w14:val='1'/></w14:checkbox></w:sdtPr><w:sdtContent/></w:sdt>{Run( done)}", "[x] done")]
    [InlineData("<m:oMath xmlns:m='m'><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>4</m:t></m:r></m:den></m:f></m:oMath>", "1/4")]
    public void Word_keeps_what_changes_the_meaning(string body, string expected) =>
        Assert.Equal(expected, Samples.Read(ContentTypes.Word, Samples.Word($"<w:p>{Expand(body)}</w:p>")).Blocks[0].Text);

    [Fact]
    public void Markdown_and_rtf_keep_raised_and_struck_text()
    {
        Assert.Equal("10^6 and H2O, ~~old~~ new", Samples.Read(ContentTypes.Markdown, "10^6^ and H~2~O, ~~old~~ new").Blocks[0].Text);
        Assert.Equal("30 m^2 ~~old~~", Samples.Read(ContentTypes.Rtf, @"{\rtf1 30 m{\super 2} {\strike old}\par}").Blocks[0].Text);
    }

    [Fact]
    public void Pdf_keeps_raised_digits() => Assert.Equal(
        "2.5 x 10^4 litres",
        Samples.Read(ContentTypes.Pdf, DrawnPdf.Page([new(60, 780, "2.5 x 10"), new(99.5, 784, "4", 7), new(108, 780, "litres")])).Blocks[0].Text);

    [Theory]
    [InlineData("00000", 6108, "06108")]
    [InlineData("\"P-\"000000", 4711, "P-004711")]
    [InlineData("0.0\" kg\"", 12.5, "12.5 kg")]
    [InlineData("\"$\"#,##0.00", 1490, "$1,490.00")]
    [InlineData("[$€-407] #,##0.00;[Red]-#,##0.00", -20, "-20.00")]
    [InlineData("+00 00 000000", 4930555123, "+49 30 555123")]
    [InlineData("0.0%", .125, "12.5%")]
    [InlineData("#,##0,", 1234567, "1,235")]
    public void A_cell_shows_its_number_by_its_format(string code, double number, string expected) =>
        Assert.Equal(expected, NumberFormat.Of(code)!.Format(number, plain: "?"));

    private static string Expand(string body) => System.Text.RegularExpressions.Regex.Replace(
        body, @"\{Run\(([^,)]*)(?:,\s*([^)]*))?\)\}",
        match => $"<w:r><w:rPr>{(match.Groups[2].Length > 0 ? $"<w:{match.Groups[2].Value}/>" : "")}</w:rPr><w:t xml:space='preserve'>{match.Groups[1].Value}</w:t></w:r>")
        .Replace("</w:r> <w:r>", "</w:r><w:r><w:t xml:space='preserve'> </w:t></w:r><w:r>", StringComparison.Ordinal)
        .Replace("</w:r> and <w:r>", "</w:r><w:r><w:t xml:space='preserve'> and </w:t></w:r><w:r>", StringComparison.Ordinal)
        .Replace("</w:r> euros", "</w:r><w:r><w:t xml:space='preserve'> euros</w:t></w:r>", StringComparison.Ordinal);
}
