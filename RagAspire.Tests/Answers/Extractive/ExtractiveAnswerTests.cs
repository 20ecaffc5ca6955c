using RagAspire.Answers;
using RagAspire.Extraction;
using RagAspire.Search;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Answers.Extractive;

public sealed class ExtractiveAnswerTests
{
    [Theory]
    [InlineData("Who founded Northwind?", "Northwind was founded in 1987 by Anna Berg in Oslo [1].")]
    [InlineData("How many people does Northwind employ?", "It employs 412 people in three countries [1].")]
    [InlineData("When did the warehouse burn down?", "The warehouse in Bergen burned down in March 2019 [3].")]
    [InlineData("What did the board do with the dividend?", "The board raised the dividend to 2 euros per share [2].")]
    public async Task The_sentence_that_answers_comes_first(string question, string first)
    {
        using var rig = AnswerRig.WithoutModel();

        var (writing, tokens) = await rig.AskAsync(question);
        var answer = writing.Draft;

        Assert.StartsWith(first, answer.Text);
        Assert.Equal((AnswerKind.Extractive, null, null, null), (answer.Kind, answer.Model, answer.Degraded, answer.Call));
        Assert.Equal(answer.Text, string.Concat(tokens));
        Assert.InRange(Sentences.Split(answer.Text).Count, 1, 3);
    }

    [Fact]
    public async Task What_a_sentence_refers_back_to_is_told_with_it()
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync("How many people does Northwind employ?");

        Assert.Equal(
            "It employs 412 people in three countries [1]. Northwind was founded in 1987 by Anna Berg in Oslo [1].", answer.Text);
        Assert.Equal(
            ["It employs 412 people in three countries.", "Northwind was founded in 1987 by Anna Berg in Oslo."],
            answer.Citations.Select(citation => citation.Quote));
    }

    [Theory]
    [InlineData(
        "How many employees does Northwind have?",
        "Soon after the flood Northwind took many steps to support all of its employees.",
        "Northwind is an employer of choice. With about 132,200 employees at the end of 2020, it needs many backgrounds.",
        "With about 132,200 employees")]
    [InlineData(
        "How many people does Northwind employ?",
        "Nobody knows how many people the old mill would employ today.",
        "The warehouse of Northwind is in Bergen. Its crew employs 40 people from the region.",
        "Its crew employs 40 people")]
    public async Task A_number_of_the_counted_thing_and_a_source_that_names_the_subject_rank_above_the_words_of_the_question(
        string question, string wordy, string right, string first)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, [AnswerData.Hit(wordy, 1), AnswerData.Hit(right, 2)]);

        Assert.StartsWith(first, answer.Text);
    }

    [Theory]
    [InlineData("How much did sales grow?", "Sales grew by 14 percent in the second quarter.")]
    [InlineData("Who has written the safety report?", "Maria Lund wrote the safety report in May.")]
    [InlineData("When did output fall?", "Output has fallen since March 2021 because of the drought.")]
    [InlineData("How many children live in the home?", "The home has room for 12 beds, and one child lives there in winter.")]
    public async Task Irregular_forms_of_a_word_answer_for_each_other(string question, string sentence)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(
            question, [AnswerData.Hit($"The canteen opens at noon. {sentence} Visitors register at the gate.", 1)]);

        Assert.StartsWith(sentence[..^1], answer.Text);
    }

    [Fact]
    public async Task What_only_shares_common_words_with_a_question_is_no_answer_to_it()
    {
        using var rig = AnswerRig.WithoutModel();
        SearchHit[] hits = [AnswerData.Hit("The best player knows the best way to win a game.", 1)];
        var words = new TermFrequencies(400, new Dictionary<string, long> { ["best"] = 90, ["way"] = 120, ["bake"] = 0, ["bread"] = 1 });

        var answer = await rig.AnswerAsync("What is the best way to bake bread?", hits, counts: words);

        Assert.Equal(AnswerKind.None, answer.Kind);
    }

    [Fact]
    public async Task A_sentence_cut_by_the_border_of_a_passage_is_not_shown()
    {
        using var rig = AnswerRig.WithoutModel();
        SearchHit[] hits =
        [
            AnswerData.Hit("valve of the pump failed because of rust. The pump failed in May and it was replaced in June by a new pump with a", 1, 4),
            AnswerData.Hit("The pump is inspected twice a year. A failed valve is replaced at once.", 2),
        ];

        var answer = await rig.AnswerAsync("Why did the valve of the pump fail?", hits);

        Assert.Equal(AnswerKind.Extractive, answer.Kind);
        Assert.DoesNotContain("rust", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("with a", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sentence_on_the_border_of_two_neighbouring_passages_is_whole_again()
    {
        using var rig = AnswerRig.WithoutModel();
        SearchHit[] hits =
        [
            AnswerData.Hit("The pump was old. The valve of the pump failed because", 1, 4, page: 8),
            AnswerData.Hit("The valve of the pump failed because of rust. It was replaced.", 1, 5, page: 9),
        ];

        var answer = await rig.AnswerAsync("Why did the valve of the pump fail?", hits);

        Assert.StartsWith("The valve of the pump failed because of rust [1].", answer.Text);
    }

    [Theory]
    [InlineData("Year | Revenue | Profit\n2021 | 72 | 8\n2022 | 84 | 9\n2023 | 96 | 12")]
    [InlineData("| Year | Revenue | Profit |\n|---|---|---|\n| 2021 | 72 | 8 |\n| 2022 | 84 | 9 |\n| 2023 | 96 | 12 |")]
    [InlineData("Year\tRevenue\tProfit\n2021\t72\t8\n2022\t84\t9\n2023\t96\t12")]
    public async Task A_row_of_a_table_is_told_with_the_names_of_its_columns(string text)
    {
        using var rig = AnswerRig.WithoutModel();
        var table = AnswerData.Hit(text, 1);

        var answer = await rig.AnswerAsync("What was the revenue in 2022?", [table]);

        Assert.Contains(answer.Citations[0].Quote, text, StringComparison.Ordinal);

        Assert.StartsWith("Year: 2022; Revenue: 84; Profit: 9 [1]", answer.Text);
    }

    [Theory]
    [InlineData("At which pressure does the safety valve of the K9 open?", "Its safety valve opens at 6 bar")]
    [InlineData("How often must the boiler K9 be descaled?", "It must be descaled every year")]
    [InlineData("At which pressure does the safety valve of the K7 open?", "Its safety valve opens at 3 bar")]
    public async Task A_sentence_counts_with_the_headings_above_it_and_not_with_those_of_its_neighbours(
        string question, string first)
    {
        using var rig = AnswerRig.WithoutModel();
        var hits = AnswerData.Chunked(
            ContentTypes.Markdown,
            "# Boiler K7\n\nThe boiler K7 holds 80 litres. It must be descaled every six months. Use only vinegar acid. Do not use lye. "
            + "Its safety valve opens at 3 bar.\n\n# Boiler K9\n\nThe boiler K9 holds 120 litres. It must be descaled every year. "
            + "Its safety valve opens at 6 bar.\n");

        var answer = await rig.AnswerAsync(question, hits);

        Assert.StartsWith(first, answer.Text, StringComparison.Ordinal);
        Assert.Equal(question.Contains("K9", StringComparison.Ordinal) ? "Boiler K9" : "Boiler K7", answer.Citations[0].Section);
    }

    [Fact]
    public async Task A_documents_own_reference_numbers_are_not_taken_for_citations()
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync("Where is the tower?", [AnswerData.Hit("The tower is in Lyon.[2][17] It is old [3, 4].", 1)]);

        Assert.StartsWith("The tower is in Lyon [1].", answer.Text);
        Assert.DoesNotMatch(@"\[(?!1\])", answer.Text);
    }

    [Fact]
    public async Task Two_sources_that_say_the_same_are_not_both_told()
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(
            "How tall is the tower?", [AnswerData.Hit("The tower is 96 metres tall.", 1), AnswerData.Hit("The tower is 96 metres tall today.", 2)]);

        Assert.Equal("The tower is 96 metres tall [1].", answer.Text);
    }

    [Theory]
    [InlineData("Wie viele Mitarbeiter hat die Firma Nordwind?", "Die Firma Nordwind hat 412 Mitarbeiter in drei Ländern. Sie sitzt in Oslo.", "Die Firma Nordwind hat 412 Mitarbeiter in drei Ländern [1].")]
    [InlineData("Сколько сотрудников в компании?", "Компания находится в Осло. В компании работают 412 сотрудников.", "В компании работают 412 сотрудников [1].")]
    [InlineData("公司有多少员工？", "公司成立于一九八七年。公司有四百一十二名员工。", "公司有四百一十二名员工 [1]。")]
    public async Task Other_languages_are_answered_too(string question, string text, string first)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, [AnswerData.Hit(text, 1)]);

        Assert.StartsWith(first, answer.Text);
    }

    [Theory]
    [InlineData("Which enzymes regulate mitochondrial apoptosis?")]
    [InlineData("?")]
    [InlineData("What is it?")]
    public async Task Passages_that_share_nothing_with_the_question_are_no_answer(string question)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question);

        Assert.Equal((AnswerKind.None, AnswerWriter.NoAnswer), (answer.Kind, answer.Text));
        Assert.Empty(answer.Citations);
    }
}
