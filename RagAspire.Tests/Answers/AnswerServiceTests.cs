using Microsoft.Extensions.DependencyInjection;
using OllamaSharp;
using RagAspire.Answers;
using RagAspire.Metadata;
using RagAspire.Search.Caching;
using RagAspire.Tests.Answers.Generation;
using RagAspire.Tests.Search;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Answers;

/// <summary>Answers between search, cache and record.</summary>
public sealed class AnswerServiceTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_cached_and_its_copy_has_an_id_of_its_own()
    {
        await using var rig = await SearchRig.StartAsync(stores);
        var first = await AskAsync(rig);
        await rig.CacheIsWrittenAsync();

        var second = await AskAsync(rig);

        Assert.Equal((false, true), (first.Cached, second.Cached));
        Assert.NotEqual(first.AnswerId, second.AnswerId);
        Assert.Equal((first.Text, first.Kind), (second.Text, second.Kind));
        Assert.Equal("default", await rig.Services.GetRequiredService<AnswerStore>().CollectionOfAsync(second.AnswerId, null, Token));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task An_answer_from_a_search_that_fell_back_is_not_cached(bool isModelAway, bool isIndexAway)
    {
        await using var rig = await SearchRig.StartAsync(stores);
        (rig.Embeddings.IsAway, rig.Index.IsAway) = (isModelAway, isIndexAway);
        await AskAsync(rig);
        await rig.CacheIsWrittenAsync();

        (rig.Embeddings.IsAway, rig.Index.IsAway) = (false, false);
        var after = await AskAsync(rig);

        Assert.False(after.Cached);
        Assert.Null(after.Degraded);
    }

    [Fact]
    public async Task An_answer_that_continues_a_session_is_not_cached()
    {
        await using var rig = await SearchRig.StartAsync(stores);
        var session = Guid.NewGuid();
        await rig.Services.GetRequiredService<AnswerStore>().AddAsync(
            new Question("What is a fox?", "default", 8, session),
            new Answer(Guid.NewGuid(), session, "An animal.", AnswerKind.Extractive, null, [], null, false, 1),
            Token);

        await AskAsync(rig, session);
        await rig.CacheIsWrittenAsync();

        Assert.False((await AskAsync(rig, session)).Cached);
        Assert.False((await AskAsync(rig)).Cached);
    }

    [Fact]
    public async Task Every_part_of_a_question_and_all_that_writes_its_answer_is_in_its_key()
    {
        await using var rig = await SearchRig.StartAsync(stores);
        using var one = AnswerRig.With(new OllamaApiClient(new Uri("http://127.0.0.1:1"), "one-model"));
        using var other = AnswerRig.With(new OllamaApiClient(new Uri("http://127.0.0.1:1"), "another-model"));
        using var creative = AnswerRig.With(
            new OllamaApiClient(new Uri("http://127.0.0.1:1"), "one-model"), new AnswerOptions { Temperature = 1 });
        var question = new Question("What does the fox do?", "default", 8, null);

        CacheKey?[] keys =
        [
            rig.Answers().Key(question),
            rig.Answers().Key(question with { Text = "What does the dog do?" }),
            rig.Answers().Key(question with { Text = "What does the\nfox do?" }),
            rig.Answers().Key(question with { Collection = "other" }),
            rig.Answers().Key(question with { Limit = 9 }),
            rig.Answers().Key(question with { Groups = [] }),
            rig.Answers().Key(question with { Groups = ["a"] }),
            rig.Answers().Key(question with { Filter = MetadataFilter.Parse("""{"field":"name","eq":"a"}""") }),
            rig.Answers(one.Writer).Key(question),
            rig.Answers(other.Writer).Key(question),
            rig.Answers(creative.Writer).Key(question),
        ];

        Assert.All(keys, Assert.NotNull);
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public async Task Of_two_processes_that_are_asked_the_same_at_the_same_time_one_asks_the_model()
    {
        await using var both = await TwoProcesses.StartAsync(stores, "Cache:AnswerWait");
        await both.One.AddAsync(["The fox sleeps in the old warehouse."]);
        using var model = new StuckChatClient(" [1] is where the fox sleeps.");
        using var writer = AnswerRig.With(model);

        var first = AskAsync(both.One, writer: writer.Writer);
        await model.Asked.WaitAsync(TimeSpan.FromSeconds(60), Token);
        var second = AskAsync(both.Other, writer: writer.Writer);
        await both.OtherWaits.WaitAsync(TimeSpan.FromSeconds(60), Token);
        model.GoOn();

        Assert.Equal((AnswerKind.Generated, false), ((await first).Kind, (await first).Cached));
        Assert.Equal((AnswerKind.Generated, true), ((await second).Kind, (await second).Cached));
        Assert.Equal(((await first).Text, 1), ((await second).Text, model.Calls));
    }

    [Theory]
    [InlineData(0, "The fox sleeps in the old warehouse,")]
    [InlineData(3, "Foxes are shy.\nThe fox sleeps in the old warehouse,\nand it hunts at night.")]
    public async Task The_chunks_around_a_hit_are_joined_to_its_source(int neighbours, string source)
    {
        await using var rig = await SearchRig.StartAsync(stores);
        await rig.AddAsync(
            ["Far away.", "Foxes are shy.", "The fox sleeps in the old warehouse,", "and it hunts at night.", "Farther."], found: 2);
        using var model = new StuckChatClient(" [1] is where the fox sleeps.");
        using var writer = AnswerRig.With(model, new AnswerOptions { Neighbours = neighbours });
        model.GoOn();

        var (sources, answer) = await AskWithSourcesAsync(rig, writer: writer.Writer);

        Assert.Equal(source, Assert.Single(sources).Text);
        Assert.Equal(AnswerKind.Generated, answer.Kind);
    }

    [Fact]
    public async Task An_answer_that_is_streamed_does_not_wait_for_another()
    {
        await using var both = await TwoProcesses.StartAsync(stores, "Cache:AnswerWait");
        var opening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        both.One.Index.Gate.Opening = opening.Task;
        var first = AskAsync(both.One);
        await both.One.Index.Gate.Entered.WaitAsync(TimeSpan.FromSeconds(60), Token);

        var second = await AskAsync(both.Other, isStreamed: true).WaitAsync(TimeSpan.FromSeconds(50), Token);

        Assert.False(second.Cached);
        Assert.False(first.IsCompleted);
        opening.SetResult();
        await first;
    }

    private static async Task<Answer> AskAsync(
        SearchRig rig, Guid? session = null, AnswerWriter? writer = null, bool isStreamed = false) =>
        (await AskWithSourcesAsync(rig, session, writer, isStreamed)).Answer;

    private static async Task<(IReadOnlyList<Source> Sources, Answer Answer)> AskWithSourcesAsync(
        SearchRig rig, Guid? session = null, AnswerWriter? writer = null, bool isStreamed = false)
    {
        var question = new Question("What does the fox do?", "default", 8, session) { IsStreamed = isStreamed };
        var events = await rig.Answers(writer).AskAsync(question, Token).ToListAsync();
        return (Assert.IsType<SourcesEvent>(events[0]).Sources, Assert.IsType<DoneEvent>(events[^1]).Answer);
    }
}
