using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using RagAspire.Answers;
using RagAspire.Search;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Answers.Generation;

/// <summary>What becomes of an answer when the model is slow, ill or gone.</summary>
public sealed class AnswerModelTests
{
    private const string Question = "When did the warehouse in Bergen burn down?";
    private const string Extract = "The warehouse in Bergen burned down in March 2019 [3].";

    private static readonly AnswerOptions Impatient = new()
    {
        FirstTokenTimeout = TimeSpan.FromMilliseconds(400),
        TotalTimeout = TimeSpan.FromSeconds(2),
    };

    private static readonly AnswerOptions Patient = new()
    {
        FirstTokenTimeout = TimeSpan.FromMilliseconds(1_200),
        TotalTimeout = TimeSpan.FromSeconds(30),
    };

    [Theory]
    [InlineData(OllamaMode.Failing, ModelOutcome.Failed, "the model server answered 500")]
    [InlineData(OllamaMode.Busy, ModelOutcome.Failed, "the model server answered 503")]
    [InlineData(OllamaMode.Garbage, ModelOutcome.Failed, "the model server's answer is not readable")]
    [InlineData(OllamaMode.Hanging, ModelOutcome.Timeout, "the model llama3.2:latest did not answer in time")]
    [InlineData(OllamaMode.HangingMidStream, ModelOutcome.Timeout, "the model llama3.2:latest did not answer in time")]
    [InlineData(OllamaMode.TruncatedStream, ModelOutcome.Failed, "the model server's answer broke off")]
    [InlineData(OllamaMode.BrokenStream, ModelOutcome.Failed, "the model server's answer broke off")]
    [InlineData(OllamaMode.ErrorMidStream, ModelOutcome.Failed, "the model server's answer broke off")]
    public async Task Whatever_happens_to_the_model_the_sources_answer_and_the_reason_is_told(
        OllamaMode mode, ModelOutcome outcome, string reason)
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Answer = _ => "The model's own words, which will not come to their end [1].";
        stub.Mode = mode;
        using var rig = AnswerRig.With(stub, Impatient);
        var startedAt = Stopwatch.GetTimestamp();

        var answer = await rig.AnswerAsync(Question);

        Assert.True(Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(10));
        Assert.StartsWith(Extract, answer.Text);
        Assert.Equal((AnswerKind.Extractive, null, reason), (answer.Kind, answer.Model, answer.Degraded));
        Assert.Equal(outcome, answer.Call!.Outcome);
        Assert.Equal(3, answer.Citations[0].Number);
        await NoOpenCallsAsync(stub);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_named()
    {
        await using var stub = await OllamaStub.StartAsync();
        using var rig = AnswerRig.With(stub, model: "mistral");

        var answer = await rig.AnswerAsync(Question);

        Assert.Equal("the server does not have the model mistral", answer.Degraded);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_of()
    {
        var stub = await OllamaStub.StartAsync();
        using var rig = AnswerRig.With(stub);
        await stub.DisposeAsync();

        var answer = await rig.AnswerAsync(Question);

        Assert.Equal((AnswerKind.Extractive, "the model server cannot be reached"), (answer.Kind, answer.Degraded));
    }

    [Fact]
    public async Task A_client_that_does_not_react_to_cancellation_holds_nobody_up()
    {
        using var stuck = new StuckChatClient();
        using var rig = AnswerRig.With(stuck, Impatient);

        var answer = await rig.AnswerAsync(Question);

        Assert.Equal((AnswerKind.Extractive, ModelOutcome.Timeout), (answer.Kind, answer.Call!.Outcome));
        Assert.False(stuck.WasLeft);
        stuck.GoOn();
        await Eventually.TrueAsync(
            () => Task.FromResult(stuck.WasLeft), TimeSpan.FromSeconds(5), () => "The stream was not disposed", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_slow_model_is_waited_for_as_long_as_it_says_something()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.TokenDelay = TimeSpan.FromMilliseconds(150);
        using var rig = AnswerRig.With(stub, Patient);

        var answer = await rig.AnswerAsync(Question);

        Assert.Equal((AnswerKind.Generated, Extract), (answer.Kind, answer.Text));
        Assert.True(answer.Call!.Total > Patient.FirstTokenTimeout);
    }

    [Fact]
    public async Task A_model_that_thinks_is_waited_for()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.TokenDelay = TimeSpan.FromMilliseconds(100);
        stub.Thinking = new string('h', 80);
        using var rig = AnswerRig.With(stub, Patient);

        var answer = await rig.AnswerAsync(Question);

        Assert.Equal(AnswerKind.Generated, answer.Kind);
        Assert.True(answer.Call!.FirstToken > Patient.FirstTokenTimeout);
    }

    [Fact]
    public async Task A_model_that_never_comes_to_an_end_is_stopped()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Answer = _ => string.Concat(Enumerable.Repeat("The warehouse in Bergen burned down in March 2019 [3]. ", 4_000));
        using var rig = AnswerRig.With(stub, new AnswerOptions { MaxOutputTokens = 50 });

        var answer = await rig.AnswerAsync(Question);

        Assert.Equal(AnswerKind.Generated, answer.Kind);
        Assert.InRange(answer.Text.Length, 100, 1_100);
        await NoOpenCallsAsync(stub);
    }

    [Theory]
    [InlineData(OllamaMode.Normal)]
    [InlineData(OllamaMode.Hanging)]
    [InlineData(OllamaMode.HangingMidStream)]
    public async Task A_caller_who_goes_away_ends_the_call_of_the_model(OllamaMode mode)
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.TokenDelay = TimeSpan.FromMilliseconds(100);
        stub.Mode = mode;
        stub.Answer = _ => string.Concat(Enumerable.Repeat("On and on it goes [1]. ", 500));
        using var rig = AnswerRig.With(stub);
        using var gone = new CancellationTokenSource();
        var writing = rig.Writer.Begin(new AnswerContext(Question, AnswerData.Company, [], HasVectors: false));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            gone.CancelAfter(TimeSpan.FromMilliseconds(700));
            await writing.TokensAsync(gone.Token).ToListAsync();
        });
        Assert.Throws<InvalidOperationException>(() => writing.Draft);

        await NoOpenCallsAsync(stub);
    }

    [Fact]
    public async Task A_reader_who_stops_reading_ends_the_call_of_the_model()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.TokenDelay = TimeSpan.FromMilliseconds(50);
        stub.Answer = _ => string.Concat(Enumerable.Repeat("On and on it goes [1]. ", 500));
        using var rig = AnswerRig.With(stub);
        var writing = rig.Writer.Begin(new AnswerContext(Question, AnswerData.Company, [], HasVectors: false));

        Assert.NotEmpty(await writing.TokensAsync(TestContext.Current.CancellationToken).FirstAsync());

        await NoOpenCallsAsync(stub);
    }

    [Fact]
    public async Task A_model_that_fails_again_and_again_is_left_alone_for_a_while_and_then_tried_once()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Mode = OllamaMode.Failing;
        var clock = new FakeTimeProvider();
        using var rig = AnswerRig.With(
            stub, new AnswerOptions { BreakAfterFailures = 3, BreakDuration = TimeSpan.FromSeconds(30) }, clock: clock);
        for (var i = 0; i < 3; i++)
        {
            await rig.AskAsync(Question);
        }

        var rejected = await rig.AnswerAsync(Question);
        Assert.Equal(3, stub.Requests.Count);
        Assert.Equal(ModelOutcome.Rejected, rejected.Call!.Outcome);
        Assert.Equal("the model llama3.2:latest failed several times and is left alone for a while", rejected.Degraded);
        Assert.StartsWith(Extract, rejected.Text);

        clock.Advance(TimeSpan.FromSeconds(31));
        stub.Mode = OllamaMode.Normal;
        var recovered = await rig.AnswerAsync(Question);
        Assert.Equal((AnswerKind.Generated, 4), (recovered.Kind, stub.Requests.Count));
    }

    [Fact]
    public async Task Callers_who_go_away_do_not_make_the_model_look_ill()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.FirstTokenDelay = TimeSpan.FromSeconds(2);
        using var rig = AnswerRig.With(stub, new AnswerOptions { BreakAfterFailures = 2 });
        var context = new AnswerContext(Question, AnswerData.Company, [], HasVectors: false);
        for (var i = 0; i < 4; i++)
        {
            using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => rig.Writer.Begin(context).TokensAsync(gone.Token).ToListAsync(gone.Token).AsTask());
        }

        stub.FirstTokenDelay = TimeSpan.Zero;
        var answer = await rig.AnswerAsync(Question);

        Assert.Equal(AnswerKind.Generated, answer.Kind);
    }

    [Fact]
    public async Task Many_questions_at_once_get_their_own_answers()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.TokenDelay = TimeSpan.FromMilliseconds(5);
        using var rig = AnswerRig.With(stub);

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
        {
            SearchHit[] hits = [AnswerData.Hit($"The tower number {i} is {i * 10} metres tall. It was painted red.", i + 1)];
            return (i, Answer: await rig.AnswerAsync($"How tall is the tower number {i}?", hits));
        }));

        Assert.All(answers, asked => Assert.Equal($"The tower number {asked.i} is {asked.i * 10} metres tall [1].", asked.Answer.Text));
    }

    private static Task NoOpenCallsAsync(OllamaStub stub) => Eventually.TrueAsync(
        () => Task.FromResult(stub.OpenCalls == 0),
        TimeSpan.FromSeconds(5),
        () => $"{stub.OpenCalls} calls of the model go on",
        TestContext.Current.CancellationToken);
}
