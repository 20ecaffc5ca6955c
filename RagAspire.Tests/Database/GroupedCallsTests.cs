using RagAspire.Database;

namespace RagAspire.Tests.Database;

/// <summary>Calls that come at the same time are answered together, and none of them pays for another one.</summary>
public sealed class GroupedCallsTests
{
    private readonly List<string[]> _groups = [];
    private readonly List<string> _alone = [];
    private readonly AsyncLocal<string> _trace = new();
    private readonly List<string?> _traces = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_that_comes_alone_is_a_group_of_its_own()
    {
        _first.SetResult();
        Assert.Equal(1, await Calls(10).AnswerAsync("a", Token));
        Assert.Equal([["a"]], _groups);
    }

    [Fact]
    public async Task What_comes_while_a_group_is_answered_is_the_next_group_up_to_its_limit()
    {
        var calls = Calls(3);
        var answers = new List<Task<int>>();
        foreach (var call in (string[])["a", "bb", "ccc", "dddd", "eeeee"])
        {
            answers.Add(calls.AnswerAsync(call, Token));
        }

        _first.SetResult();

        var lengths = await Task.WhenAll(answers);
        Assert.Equal([1, 2, 3, 4, 5], lengths);
        Assert.Equal([["a"], ["bb", "ccc", "dddd"], ["eeeee"]], _groups);
        Assert.Empty(_alone);
    }

    [Fact]
    public async Task A_call_that_a_group_fails_by_shows_its_own_error_and_the_others_are_answered()
    {
        var calls = Calls(10);
        var first = calls.AnswerAsync("a", Token);
        var (good, bad) = (calls.AnswerAsync("bb", Token), calls.AnswerAsync("bad", Token));
        _first.SetResult();

        Assert.Equal(1, await first);
        Assert.Equal(2, await good);
        Assert.Equal("bad", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
        Assert.Equal(["bad", "bb"], _alone.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_group_belongs_to_the_trace_of_its_first_call()
    {
        var calls = Calls(10);
        var answers = new List<Task<int>>();
        foreach (var call in (string[])["a", "bb", "ccc"])
        {
            _trace.Value = call;
            answers.Add(calls.AnswerAsync(call, Token));
        }

        _trace.Value = "after";
        _first.SetResult();
        await Task.WhenAll(answers);

        Assert.Equal(["a", "bb"], _traces);
    }

    [Fact]
    public async Task A_call_that_a_group_leaves_out_is_made_alone()
    {
        _first.SetResult();
        Assert.Equal(4, await Calls(10).AnswerAsync("left", Token));
        Assert.Equal(["left"], _alone);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_is_not_made()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Calls(10).AnswerAsync("a", new CancellationToken(canceled: true)));
        Assert.Empty(_groups);
    }

    private GroupedCalls<string, int> Calls(int atMost) => new(atMost, TogetherAsync, AloneAsync);

    /// <summary>The first group is held until all calls of a test are there.</summary>
    private async Task<IReadOnlyDictionary<string, int>> TogetherAsync(
        IReadOnlyList<string> group, CancellationToken cancellationToken)
    {
        _groups.Add([.. group]);
        _traces.Add(_trace.Value);
        await _first.Task;
        return group.Contains("bad") ? throw new InvalidOperationException("The group failed.")
            : group.Where(call => call != "left").ToDictionary(call => call, call => call.Length);
    }

    private Task<int> AloneAsync(string call, CancellationToken cancellationToken)
    {
        lock (_alone)
        {
            _alone.Add(call);
        }

        return call == "bad" ? throw new InvalidOperationException(call) : Task.FromResult(call.Length);
    }
}
