using RagAspire.Answers;
using RagAspire.Extraction;

namespace RagAspire.Tests.Answers.Extractive;

/// <summary>Lists and steps are told in their order and whole.</summary>
public sealed class ListAnswerTests
{
    private const string Press =
        "# Restart the press\n\nTo restart the press:\n\n1. Close the guard.\n2. Release the emergency stop.\n3. Press the green button for three seconds.\n"
        + "4. Wait for the lamp.\n\n## Requirements\n\nYou need:\n- a key of class B\n- safety shoes\n- ear protection\n";

    [Theory]
    [InlineData("How do I restart the press?")]
    [InlineData("What are the steps to restart the press?")]
    [InlineData("Which steps restart the press?")]
    public async Task Steps_are_told_in_their_order_and_whole(string question)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, AnswerData.Chunked(ContentTypes.Markdown, Press));

        Assert.Equal(
            "To restart the press [1]:\n1. Close the guard [1].\n2. Release the emergency stop [1].\n"
            + "3. Press the green button for three seconds [1].\n4. Wait for the lamp [1].",
            answer.Text);
        Assert.Equal(5, answer.Citations.Count);
        Assert.All(answer.Citations, citation => Assert.Equal("Restart the press", citation.Section));
        Assert.Equal(answer.Citations.Select(citation => citation.Start)
            .Order(), answer.Citations.Select(citation => citation.Start));
        Assert.Equal("2. Release the emergency stop.", answer.Citations[2].Quote);
    }

    [Fact]
    public async Task What_a_sentence_introduces_is_told_with_it()
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync("What do I need?", AnswerData.Chunked(ContentTypes.Markdown, Press));

        Assert.Equal("You need [1]:\n- a key of class B [1]\n- safety shoes [1]\n- ear protection [1]", answer.Text);
    }

    [Theory]
    [InlineData("Which materials are accepted at the gate?", "# Recycling\n\nThe following materials are accepted at the gate:\n\n* paper\n* glass\n* metal\n\nThe gate opens at 8.", "paper", "glass", "metal")]
    [InlineData("Wie wird der Filter gewechselt?", "# Filter wechseln\n\nSo wird der Filter gewechselt:\n\n1. Die Pumpe ausschalten.\n2. Den Deckel öffnen.\n3. Den Filter einsetzen.\n", "1. Die Pumpe", "2. Den Deckel", "3. Den Filter")]
    [InlineData("Quelles sont les étapes pour nettoyer la cuve ?", "# Nettoyer la cuve\n\n1. Vider la cuve.\n2. Rincer à l'eau chaude.\n3. Laisser sécher.\n", "1. Vider", "2. Rincer", "3. Laisser")]
    [InlineData("如何更换滤芯？", "更换滤芯的步骤：\n1. 关闭电源。\n2. 打开盖子。\n3. 放入新的滤芯。\n", "1. 关闭", "2. 打开", "3. 放入")]
    [InlineData("How do I calibrate the scale?", "# Calibrate the scale\n\nStep 1: Empty the tray.\n\nStep 2: Hold the button.\n\nStep 3: Wait for zero.\n", "Step 1", "Step 2", "Step 3")]
    [InlineData("How do I bleed the radiator?", "# Bleed the radiator\n\nFirst close the valve of the radiator. Then open the screw. Finally wait until water comes.\n", "First close", "Then open", "Finally wait")]
    [InlineData("How do I mount the shelf?", "# Mount the shelf\n\n1. The wall must be dry. Check it twice.\n2. Drill two holes.\n   Use a drill of 8 mm.\n3. Fix the shelf.\n", "1. The wall must be dry", "2. Drill two holes", "3. Fix the shelf")]
    public async Task Lists_of_any_kind_and_language_are_told_in_order(string question, string text, string first,
        string second, string third)
    {
        using var rig = AnswerRig.WithoutModel();

        var answer = await rig.AnswerAsync(question, AnswerData.Chunked(ContentTypes.Markdown, text));

        var places = new[] { first, second, third }.Select(item => answer.Text.IndexOf(item, StringComparison.Ordinal)).ToList();
        Assert.All(places, place => Assert.InRange(place, 0, int.MaxValue));
        Assert.Equal(places.Order(), places);
        Assert.DoesNotContain("The gate opens", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_item_that_is_asked_for_is_not_told_with_the_others()
    {
        using var rig = AnswerRig.WithoutModel();
        const string Text = "# Contacts\n\n- The canteen is led by Mr Blom.\n- The archive is led by Ms Farkas.\n- The garage is led by Mr Ito.\n";

        var answer = await rig.AnswerAsync("Who leads the archive?", AnswerData.Chunked(ContentTypes.Markdown, Text));

        Assert.StartsWith("The archive is led by Ms Farkas [1].", answer.Text, StringComparison.Ordinal);
        Assert.Equal(AnswerKind.Extractive, answer.Kind);
    }
}
