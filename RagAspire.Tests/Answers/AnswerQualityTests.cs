using RagAspire.Tests.Support;
using RagAspire.TestSupport.Answers;

namespace RagAspire.Tests.Answers;

/// <summary>Answers without a model, measured on questions with known answers.</summary>
public sealed class AnswerQualityTests
{
    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook", 0, .97, .99, .01)]
    [SampleRow("sample/handbook", 3, .97, .99, .01)]
    [LargeRow("retrieval-en", 0, .78, .91, .02)]
    [LargeRow("retrieval-en", 3, .78, .91, .02)]
    public async Task The_first_sentence_and_the_whole_answer_hold_what_was_asked(
        string collection, int neighbours, double leastFirst, double leastWhole, double mostNone)
    {
        var quality = await AnswerQuality.MeasureAsync(
            SharedData.Locate(collection), neighbours, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine($"{quality}");
        Assert.InRange(quality.First, leastFirst, 1);
        Assert.InRange(quality.Whole, leastWhole, 1);
        Assert.InRange(quality.None, 0, mostNone);
    }

    /// <summary>A large collection holds most words of any question somewhere, so it is the harder one.</summary>
    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook", "sample/garden", 0, .05)]
    [SampleRow("sample/garden", "sample/handbook", 0, .05)]
    [SampleRow("sample/handbook", "sample/garden", 3, .09)]
    [LargeRow("retrieval-en", "scifact", 0, .06)]
    [LargeRow("scifact", "retrieval-en", 0, .39)]
    public async Task Questions_about_something_else_are_mostly_left_unanswered(
        string collection, string asked, int neighbours, double most)
    {
        var (answered, questions) = await AnswerQuality.MeasureForeignAsync(
            SharedData.Locate(collection), SharedData.Locate(asked), neighbours, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine($"{answered} of {questions} foreign questions were answered");
        Assert.InRange(answered / (double)questions, 0, most);
    }
}
