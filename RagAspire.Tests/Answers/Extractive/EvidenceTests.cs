using RagAspire.Answers;
using RagAspire.Extraction;

namespace RagAspire.Tests.Answers.Extractive;

/// <summary>Names, codes and numbers of a question are in the evidence, or there is no answer.</summary>
public sealed class EvidenceTests
{
    private const string Codes =
        "# Error codes\n\nERR-1234 means that the door is open.\n\nERR-1235 means that the filter is blocked.\n\nERR-1243 means that the oil is low.\n";

    private const string Invoices =
        "| Invoice | Customer | Total |\n|---|---|---|\n| 7001 | Hartmann | 412.50 |\n| 7002 | Olsen | 96.00 |\n| 7003 | Brandt | 1,208.00 |\n";

    [Theory]
    [InlineData("What does ERR-9999 mean?", Codes)]
    [InlineData("What does ERR 12 mean?", Codes)]
    [InlineData("Was bedeutet ERR-9999?", "ERR-1234 bedeutet, dass die Tür offen ist. ERR-1235 bedeutet, dass der Filter verstopft ist.")]
    [InlineData("ERR-9999是什么意思？", "ERR-1234的意思是门没有关。ERR-1235的意思是过滤器堵塞。")]
    [InlineData("What is the total of invoice 7009?", Invoices)]
    [InlineData("Who leads the warehouse in Lyon?", "The warehouse in Lodz is led by Ms Ortega. It has 40 gates.")]
    [InlineData("Who leads the warehouse in Lyon?", "The warehouse in Lodz is led by Ms Ortega. Parcels for Lyon leave on Monday.")]
    [InlineData("How many gates does the Northwind site Lyon have?", "The Northwind site Lodz has 40 gates.")]
    [InlineData("who leads the warehouse in lyon?", "The warehouse in Lodz is led by Ms Ortega. Parcels for Lyon leave on Monday.")]
    [InlineData("Wer leitet das Lager in Lyon?", "Das Lager in Lodz wird von Frau Ortega geleitet. Es hat 40 Tore.")]
    [InlineData("Qui dirige l'entrepôt de Lyon ?", "L'entrepôt de Lodz est dirigé par Mme Ortega.")]
    [InlineData("How heavy is the pump KX-200?", "The pump KX-20 weighs 12 kg. The pump KX-210 weighs 14 kg.")]
    [InlineData("What was the revenue in 2022?", "In 2023 revenue rose by 14 percent to 96 million euros. The revenue of 2021 was 72 million euros.")]
    [InlineData("What does article 12 say about notice?", "Article 11 says that notice is given in writing. Article 13 says that notice takes four weeks.")]
    public async Task Another_code_name_or_number_than_the_asked_one_is_no_answer(string question, string text)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, AnswerData.Chunked(ContentTypes.Markdown, text));

        Assert.Equal((AnswerKind.None, AnswerWriter.NoAnswer), (answer.Kind, answer.Text));
    }

    [Theory]
    [InlineData("What does ERR-1235 mean?", Codes, "ERR-1235 means that the filter is blocked [1].")]
    [InlineData("What does err-1243 mean?", Codes, "ERR-1243 means that the oil is low [1].")]
    [InlineData("What does the code ERR 1234 mean?", Codes, "ERR-1234 means that the door is open [1].")]
    [InlineData("What is the total of invoice 7003?", Invoices, "Invoice: 7003; Customer: Brandt; Total: 1,208.00 [1]")]
    [InlineData("How heavy is the pump KX-20?", "The pump KX-20 weighs 12 kg. The pump KX-210 weighs 14 kg.", "The pump KX-20 weighs 12 kg [1].")]
    [InlineData("What does RFC 7231 define?", "RFC 7230 defines messages. RFC 7231 defines methods.", "RFC 7231 defines methods [1].")]
    [InlineData("Who leads the warehouse in Lodz?", "The warehouse in Lodz is led by Ms Ortega.", "The warehouse in Lodz is led by Ms Ortega [1].")]
    [InlineData("What was the revenue in 2021?", "In 2023 revenue rose to 96 million euros. The revenue of 2021 was 72 million euros.", "The revenue of 2021 was 72 million euros [1].")]
    [InlineData("What is the role of the WHO?", "The World Health Organization has the role of a coordinator.", "The World Health Organization has the role")]
    [InlineData("How much oil does the pump KX-20 need?", "The pump KX-20 weighs 12 kg. It needs 2 litres of oil. The pump KX-30 weighs 9 kg. It needs 5 litres of oil.", "It needs 2 litres of oil [1].")]
    public async Task The_asked_code_name_or_number_is_answered(string question, string text, string first)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, AnswerData.Chunked(ContentTypes.Markdown, text));

        Assert.StartsWith(first, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("ERR-1", answer.Text.Replace(first, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_asked_codes_both_are_told()
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync("What do ERR-1234 and ERR-1243 mean?", AnswerData.Chunked(ContentTypes.Markdown, Codes));

        Assert.Contains("the door is open", answer.Text, StringComparison.Ordinal);
        Assert.Contains("the oil is low", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("filter", answer.Text, StringComparison.Ordinal);
    }
}
