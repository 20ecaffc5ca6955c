using Microsoft.Extensions.Options;
using RagAspire.Answers;
using RagAspire.Answers.Generation;
using RagAspire.TestSupport.Ollama;
using RagAspire.Usage;

namespace RagAspire.Tests.Answers.Generation;

/// <summary>The model words a question that continues a session; where it is of no use, the rule does.</summary>
public sealed class QuestionRewriterTests : IAsyncLifetime
{
    private const string First = "Who built the Hoover Dam?";
    private const string ByRule = $"{First} And when was it opened?";

    private static readonly SessionTurn[] History = [new(First, "Six Companies built it [1].")];

    private OllamaStub _ollama = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _ollama = await OllamaStub.StartAsync();

    public ValueTask DisposeAsync() => _ollama.DisposeAsync();

    [Fact]
    public async Task The_question_is_searched_for_in_the_models_words()
    {
        OllamaPrompt? asked = null;
        _ollama.Answer = prompt =>
        {
            asked = prompt;
            return "\"When was the Hoover Dam opened?\"\nI hope that this helps.";
        };

        Assert.Equal("When was the Hoover Dam opened?", await SearchTextAsync("And when was it opened?"));
        Assert.Equal(["system", "user", "assistant", "user"], asked!.Messages.Select(message => message.Role));
        Assert.Equal([First, "Six Companies built it ."], asked.Messages.Skip(1).Take(2).Select(message => message.Content));
        Assert.Contains("And when was it opened?", asked.LastUser);
        Assert.Equal(100, (int)asked.Options["num_predict"]!);
    }

    [Fact]
    public async Task A_question_that_is_understood_alone_costs_no_call()
    {
        Assert.Equal("When did the Titanic sink?", await SearchTextAsync("When did the Titanic sink?"));
        Assert.Equal("And when was it opened?", await SearchTextAsync("And when was it opened?", history: []));
        Assert.Equal(ByRule, await SearchTextAsync("And when was it opened?", new AnswerOptions { RewriteTimeout = TimeSpan.Zero }));
        Assert.Empty(_ollama.Requests);
    }

    [Fact]
    public async Task A_code_that_the_model_leaves_out_is_searched_for_all_the_same()
    {
        _ollama.Answer = _ => "What does the error of the Hoover Dam mean?";

        Assert.Equal(
            "What does the error of the Hoover Dam mean? And is it err-1234?", await SearchTextAsync("And is it err-1234?"));
    }

    [Theory]
    [InlineData("NO_ANSWER", OllamaMode.Normal)]
    [InlineData("", OllamaMode.Normal)]
    [InlineData("You put the last question of a conversation in words that", OllamaMode.Normal)]
    [InlineData("When was the Hoover Dam opened?", OllamaMode.Failing)]
    [InlineData("When was the Hoover Dam opened?", OllamaMode.BrokenStream)]
    [InlineData("When was the Hoover Dam opened?", OllamaMode.Hanging)]
    public async Task Without_a_question_of_the_model_the_rule_decides(string said, OllamaMode mode)
    {
        (_ollama.Answer, _ollama.Mode) = (_ => said, mode);
        var patience = TimeSpan.FromSeconds(mode == OllamaMode.Hanging ? 2 : 60);

        Assert.Equal(ByRule, await SearchTextAsync("And when was it opened?", new AnswerOptions { RewriteTimeout = patience }));
        Assert.NotEmpty(_ollama.Requests);
    }

    [Fact]
    public async Task A_caller_who_leaves_is_no_slow_model()
    {
        _ollama.Mode = OllamaMode.Hanging;
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asking = SearchTextAsync("And when was it opened?", cancellationToken: leaves.Token);
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task Without_a_model_the_rule_goes_back_to_the_question_that_names_the_subject()
    {
        using var rig = AnswerRig.WithoutModel();
        var rewriter = new QuestionRewriter(rig.Model, Options.Create(new AnswerOptions()));
        SessionTurn[] history = [new("How tall is the Eiffel Tower?", "330 m."), .. History, new("And when was it opened?", "In 1936.")];

        Assert.Equal(
            $"{ByRule} Who paid for it?",
            await rewriter.SearchTextAsync("Who paid for it?", history, Usage, Token));
    }

    private static UsageContext Usage => new(UsageContext.SystemKey, "default", UsageKind.Answer);

    private async Task<string> SearchTextAsync(
        string question, AnswerOptions? options = null, SessionTurn[]? history = null,
        CancellationToken? cancellationToken = null)
    {
        using var rig = AnswerRig.With(_ollama, options);
        return await new QuestionRewriter(rig.Model, Options.Create(options ?? new AnswerOptions()))
            .SearchTextAsync(question, history ?? History, Usage, cancellationToken ?? Token);
    }
}
