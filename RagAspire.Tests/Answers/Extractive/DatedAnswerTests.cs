using RagAspire.Extraction;
using RagAspire.Search;

namespace RagAspire.Tests.Answers.Extractive;

/// <summary>The newer of two statements comes first, and the other is mentioned.</summary>
public sealed class DatedAnswerTests
{
    [Theory]
    [InlineData(
        "# Travel policy 2023\n\nThe daily allowance is 28 euros. Valid from 1 January 2023.\n",
        "# Travel policy 2025\n\nThe daily allowance is 34 euros. Valid from 1 January 2025. It replaces the policy of 2023.\n")]
    [InlineData(
        "# Travel policy\n\nVersion 1.9\n\nThe daily allowance is 28 euros.\n",
        "# Travel policy\n\nVersion 1.10\n\nThe daily allowance is 34 euros.\n")]
    [InlineData(
        "# Travel rules A\n\nThe daily allowance is 28 euros. These rules are no longer valid.\n",
        "# Travel rules B\n\nThe daily allowance is 34 euros.\n")]
    [InlineData(
        "# Travel rules Fjord\n\nThe daily allowance is 28 euros.\n",
        "# Travel rules Meadow\n\nThe daily allowance is 34 euros. This document supersedes the rules Fjord.\n")]
    [InlineData(
        "# Allowance\n\nEffective 2024-03-01 the daily allowance is 28 euros.\n",
        "# Allowance\n\nEffective 2024-11-15 the daily allowance is 34 euros.\n")]
    public async Task The_newer_or_the_replacing_statement_comes_first_and_the_other_is_mentioned(string older, string newer)
    {
        using var rig = AnswerRig.WithoutModel();
        SearchHit[][] orders =
        [
            [.. AnswerData.Chunked(ContentTypes.Markdown, older), .. AnswerData.Chunked(ContentTypes.Markdown, newer, 2)],
            [.. AnswerData.Chunked(ContentTypes.Markdown, newer), .. AnswerData.Chunked(ContentTypes.Markdown, older, 2)],
        ];
        foreach (var hits in orders)
        {
            var answer = await rig.AnswerAsync("What is the daily allowance?", hits);

            var (first, second) = (answer.Text.IndexOf("34 euros", StringComparison.Ordinal), answer.Text.IndexOf("28 euros", StringComparison.Ordinal));
            Assert.InRange(first, 0, second - 1);
            Assert.Contains("Earlier", answer.Text[first..second], StringComparison.Ordinal);
            Assert.Contains("34 euros", answer.Citations[0].Quote, StringComparison.Ordinal);
            Assert.Contains("28 euros", answer.Citations[1].Quote, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Wie hoch ist das Tagegeld?", "# Reiserichtlinie\n\nDas Tagegeld beträgt 28 Euro. Gültig ab 1. März 2023.\n", "# Reiserichtlinie\n\nDas Tagegeld beträgt 34 Euro. Gültig ab 1. Januar 2025.\n", "34 Euro", "Früher (1. März 2023): Das Tagegeld beträgt 28 Euro")]
    [InlineData("Quelle est l'indemnité journalière ?", "L'indemnité journalière est de 28 euros depuis le 1er mars 2023.", "L'indemnité journalière est de 34 euros depuis le 1er janvier 2025.", "34 euros", "Auparavant (1er mars 2023)")]
    [InlineData("每天的补贴是多少？", "自2023年3月1日起，每天的补贴是28元。", "自2025年1月1日起，每天的补贴是34元。", "34元", "此前 (2023年3月1日)")]
    public async Task Dates_are_read_in_other_languages(string question, string older, string newer, string first,
        string mentioned)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(
            question, [.. AnswerData.Chunked(ContentTypes.Markdown, older),
                .. AnswerData.Chunked(ContentTypes.Markdown, newer, 2)]);

        Assert.Contains(first, answer.Citations[0].Quote, StringComparison.Ordinal);
        Assert.Contains(mentioned, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_about_an_earlier_time_is_answered_for_that_time()
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(
            "What was the daily allowance in 2023?",
            [
                .. AnswerData.Chunked(ContentTypes.Markdown, "# Travel policy 2025\n\nThe daily allowance is 34 euros.\n"),
                .. AnswerData.Chunked(ContentTypes.Markdown, "# Travel policy 2023\n\nThe daily allowance is 28 euros.\n", 2),
            ]);

        Assert.StartsWith("The daily allowance is 28 euros [2].", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_values_of_which_none_is_newer_are_both_told()
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(
            "How tall is the tower?", [AnswerData.Hit("The tower is 96 metres tall.", 1), AnswerData.Hit("The tower is 99 metres tall.", 2)]);

        Assert.Equal("The tower is 96 metres tall [1]. The tower is 99 metres tall [2].", answer.Text);
    }
}
