using Microsoft.Extensions.DependencyInjection;
using OllamaSharp;
using RagAspire.Answers;
using RagAspire.Metadata;
using RagAspire.Search.Caching;
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

    private static async Task<Answer> AskAsync(SearchRig rig, Guid? session = null)
    {
        var question = new Question("What does the fox do?", "default", 8, session);
        var events = await rig.Answers().AskAsync(question, Token).ToListAsync();
        Assert.IsType<SourcesEvent>(events[0]);
        return Assert.IsType<DoneEvent>(events[^1]).Answer;
    }
}
