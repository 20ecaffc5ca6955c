using RagAspire.Answers;
using RagAspire.Extraction;

namespace RagAspire.Tests.Answers.Extractive;

public sealed class YesNoAnswerTests
{
    [Theory]
    [InlineData("Is the filter washable?", "The filter is washable. It costs 12 euros.", "Yes: The filter is washable [1].")]
    [InlineData("Is the filter washable?", "The filter is not washable. It costs 12 euros.", "No: The filter is not washable [1].")]
    [InlineData("Does the pump need oil?", "The pump doesn't need oil.", "No: The pump doesn't need oil [1].")]
    [InlineData("Is smoking allowed in the hall?", "Smoking is prohibited in the hall.", "No: Smoking is prohibited in the hall [1].")]
    [InlineData("Is the warranty 3 years?", "The warranty is 2 years.", "No: The warranty is 2 years [1].")]
    [InlineData("Ist der Filter waschbar?", "Der Filter ist nicht waschbar.", "Nein: Der Filter ist nicht waschbar [1].")]
    [InlineData("Le filtre est-il lavable ?", "Le filtre est lavable.", "Oui: Le filtre est lavable [1].")]
    [InlineData("¿Es lavable el filtro?", "El filtro no es lavable.", "No: El filtro no es lavable [1].")]
    [InlineData("È lavabile il filtro?", "Il filtro è lavabile.", "Sì: Il filtro è lavabile [1].")]
    [InlineData("O filtro é lavável?", "O filtro é lavável.", "Sim: O filtro é lavável [1].")]
    [InlineData("Is het filter wasbaar?", "Het filter is niet wasbaar.", "Nee: Het filter is niet wasbaar [1].")]
    [InlineData("Czy filtr można myć?", "Filtr można myć.", "Tak: Filtr można myć [1].")]
    [InlineData("Можно ли мыть фильтр?", "Фильтр мыть нельзя.", "Нет: Фильтр мыть нельзя [1].")]
    [InlineData("滤芯可以清洗吗？", "滤芯可以清洗。", "是: 滤芯可以清洗 [1]。")]
    [InlineData("滤芯可以清洗吗？", "滤芯不可以清洗。", "否: 滤芯不可以清洗 [1]。")]
    public async Task What_a_sentence_says_or_denies_as_a_whole_is_yes_or_no(string question, string text, string answered)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, AnswerData.Chunked(ContentTypes.Text, text));

        Assert.StartsWith(answered, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Is the canteen open on Sunday?", "The canteen is open on Sunday only in summer.")]
    [InlineData("May visitors enter the laboratory?", "Visitors may enter the laboratory if they wear a badge.")]
    [InlineData("Is the pump old or new?", "The pump is old, the new valve is not.")]
    [InlineData("Was kostet die Parkkarte?", "Die Parkkarte kostet 20 Euro im Monat.")]
    [InlineData("Which filter is washable?", "The filter of the pump is washable.")]
    public async Task In_doubt_only_the_sentence_is_told(string question, string text)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, AnswerData.Chunked(ContentTypes.Text, text));

        Assert.Equal(AnswerKind.Extractive, answer.Kind);
        Assert.StartsWith(text[..10], answer.Text, StringComparison.Ordinal);
    }
}
