using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Answers.Extractive;

public sealed class TableLineTests
{
    [Theory]
    [InlineData("| Zittau | 29", "City: Zittau; Stock: 29")]
    [InlineData("| East | Zittau | 29 |", "Region: East; City: Zittau; Stock: 29")]
    [InlineData("East |  | 29", "Region: East; Stock: 29")]
    [InlineData("East | a\\|b | 29", "Region: East; City: a|b; Stock: 29")]
    public void A_value_is_read_with_the_name_of_its_column(string row, string expected) =>
        Assert.Equal(expected, TableLine.Read(row, "Region | City | Stock"));
}
