using RagAspire.Answers;
using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Tests.Answers.Extractive;

/// <summary>Questions for a time, a place, a person and a number, in the languages of the word lists.</summary>
public sealed class QuestionLanguageTests
{
    private const string Dutch = "De Orla-brug bestaat sinds 1932. De Orla-brug staat in Velm. De Orla-brug is van mevrouw Lund. De Orla-brug heeft 14 bogen.";

    [Theory]
    [InlineData(
        "The Orla bridge exists since 1932. The Orla bridge stands in Velm. The Orla bridge belongs to Marta Lund. The Orla bridge has 14 arches.",
        "When was the Orla bridge built?", "Where is the Orla bridge?", "Who owns the Orla bridge?", "How many arches does the Orla bridge have?")]
    [InlineData(
        "Die Orla-Brücke besteht seit 1932. Die Orla-Brücke steht in Velm. Die Orla-Brücke gehört der Familie Lund. Die Orla-Brücke hat 14 Bögen.",
        "Wann wurde die Orla-Brücke gebaut?", "Wo ist die Orla-Brücke?", "Wem gehört die Orla-Brücke?", "Wie viele Bögen hat die Orla-Brücke?")]
    [InlineData(
        "Le pont Orla existe depuis 1932. Le pont Orla est à Velm. Le pont Orla appartient à Marta Lund. Le pont Orla a 14 arches.",
        "Quand le pont Orla a-t-il été construit ?", "Où est le pont Orla ?", "À qui appartient le pont Orla ?", "Combien d'arches a le pont Orla ?")]
    [InlineData(
        "El puente Orla existe desde 1932. El puente Orla está en Velm. El puente Orla pertenece a Marta Lund. El puente Orla tiene 14 arcos.",
        "¿Cuándo se construyó el puente Orla?", "¿Dónde está el puente Orla?", "¿A quién pertenece el puente Orla?", "¿Cuántos arcos tiene el puente Orla?")]
    [InlineData(
        "Il ponte Orla esiste dal 1932. Il ponte Orla si trova a Velm. Il ponte Orla appartiene a Marta Lund. Il ponte Orla ha 14 archi.",
        "Quando è stato costruito il ponte Orla?", "Dove si trova il ponte Orla?", "A chi appartiene il ponte Orla?", "Quanti archi ha il ponte Orla?")]
    [InlineData(
        "A ponte Orla existe desde 1932. A ponte Orla fica em Velm. A ponte Orla pertence a Marta Lund. A ponte Orla tem 14 arcos.",
        "Quando foi construída a ponte Orla?", "Onde fica a ponte Orla?", "A quem pertence a ponte Orla?", "Quantos arcos tem a ponte Orla?")]
    [InlineData(Dutch, "Wanneer is de Orla-brug gebouwd?", "Waar staat de Orla-brug?", "Van wie is de Orla-brug?", "Hoeveel bogen heeft de Orla-brug?")]
    [InlineData(
        "Most Orla istnieje od 1932 roku. Most Orla stoi w Velmie. Most Orla należy do Marty Lund. Most Orla ma 14 łuków.",
        "Kiedy zbudowano most Orla?", "Gdzie stoi most Orla?", "Do kogo należy most Orla?", "Ile łuków ma most Orla?")]
    [InlineData(
        "Мост Орла существует с 1932 года. Мост Орла стоит в Вельме. Мост Орла принадлежит Марте Лунд. У моста Орла 14 арок.",
        "Когда построили мост Орла?", "Где стоит мост Орла?", "Кому принадлежит мост Орла?", "Сколько арок у моста Орла?")]
    [InlineData(
        "جسر أورلا موجود منذ عام 1932. جسر أورلا يقع في فيلم. جسر أورلا ملك السيدة لوند. جسر أورلا له 14 قوسا.",
        "متى تم بناء جسر أورلا؟", "أين يقع جسر أورلا؟", "من يملك جسر أورلا؟", "كم قوسا لجسر أورلا؟")]
    [InlineData(
        "奥拉桥建于1932年。奥拉桥位于维尔姆。奥拉桥属于伦德女士。奥拉桥有14个桥拱。",
        "奥拉桥是什么时候建的？", "奥拉桥在哪里？", "奥拉桥属于谁？", "奥拉桥有多少个桥拱？")]
    [InlineData(
        "オルラ橋は1932年に開通しました。オルラ橋はヴェルムにあります。オルラ橋の所有者はルンド氏です。オルラ橋のアーチは14個です。",
        "オルラ橋はいつ開通しましたか？", "オルラ橋はどこにありますか？", "オルラ橋の所有者は誰ですか？", "オルラ橋のアーチは何個ですか？")]
    [InlineData(
        "오를라 다리는 1932년에 개통했습니다. 오를라 다리는 벨름에 있습니다. 오를라 다리는 룬드 씨의 소유입니다. 오를라 다리의 아치는 14개입니다.",
        "오를라 다리는 언제 개통했습니까?", "오를라 다리는 어디에 있습니까?", "오를라 다리는 누구의 소유입니까?", "오를라 다리의 아치는 몇 개입니까?")]
    [InlineData(
        "ओरला पुल 1932 से मौजूद है। ओरला पुल वेल्म में स्थित है। ओरला पुल श्रीमती लुंड का है। ओरला पुल में 14 मेहराब हैं।",
        "ओरला पुल कब बना?", "ओरला पुल कहाँ है?", "ओरला पुल किसका है?", "ओरला पुल में कितने मेहराब हैं?")]
    public async Task A_time_a_place_a_person_and_a_number_are_told_where_they_are_asked_for(
        string text, string when, string where, string who, string howMany)
    {
        using var rig = AnswerRig.WithoutModel();
        var hits = new[] { AnswerData.Hit(text) };
        var expected = AnswerData.Sentences(hits).All.Select(sentence => sentence.Text).ToList();

        foreach (var (question, sentence) in new[] { when, where, who, howMany }.Zip(expected))
        {
            var answer = await rig.AnswerAsync(question, hits);

            Assert.Equal((question, sentence), (question, answer.Citations.Count > 0 ? answer.Citations[0].Quote : null));
        }
    }

    [Theory]
    [InlineData("zh", "多少天可以退货？", "三十天")]
    [InlineData("zh", "退款需要多少天？", "七个工作日")]
    [InlineData("zh", "员工有多少天年假？", "十五天")]
    public async Task What_is_counted_is_found_where_words_are_written_without_blanks(string language, string question,
        string holds)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(
            question,
            [
                AnswerData.Hit("客户可以在三十天内退回商品。退款将在七个工作日内完成。", 1),
                AnswerData.Hit("第十二条 员工每年享有十五天的带薪年假。年假申请须提前两周提交给人力资源部。", 2),
            ]);

        Assert.Contains(language, QuestionLanguages.Of(question).Select(found => found.Name));
        Assert.Contains(holds, answer.Citations[0].Quote, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("如何申请停车位？")]
    [InlineData("多少天可以申请停车位？")]
    [InlineData("駐車場の料金はいくらですか？")]
    [InlineData("Сколько стоит парковка?")]
    [InlineData("ما هي تكلفة الموقف؟")]
    [InlineData("Wie hoch ist die Gebühr für einen Parkplatz?")]
    [InlineData("Combien coûte le parking ?")]
    [InlineData("Ile kosztuje parking?")]
    public async Task What_no_text_of_the_language_tells_stays_unknown(string question)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(
            question,
            [
                AnswerData.Hit("客户可以在三十天内退回商品。返品は三十日以内に可能です。", 1),
                AnswerData.Hit("Возврат возможен в течение 30 дней. يمكن إرجاع البضائع خلال 30 يوما.", 2),
                AnswerData.Hit("Die Rückgabe ist 30 Tage lang möglich. Le retour est possible pendant 30 jours. Zwrot jest możliwy przez 30 dni.", 3),
            ]);

        Assert.Equal(AnswerKind.None, answer.Kind);
    }

    [Theory]
    [InlineData("When did the war end?", "en")]
    [InlineData("Was ist die Ursache?", "de")]
    [InlineData("Come funziona la pompa?", "it")]
    [InlineData("ERR-9999是什么意思？", "zh")]
    [InlineData("返品は何日以内ですか", "ja")]
    [InlineData("K9 pressure?", "en")]
    public void A_question_has_the_language_of_most_of_its_words(string question, string language) =>
        Assert.Equal([language], QuestionLanguages.Of(question).Select(found => found.Name));
}
