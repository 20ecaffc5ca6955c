using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Causes;

namespace RagAspire.Tests.Diagnosis;

/// <summary>
/// Troubles of stages and of traffic, caused by requests to a running API. Npgsql's meters are those of the whole process, so
/// nothing else may run meanwhile.
/// </summary>
[Collection(nameof(RuntimeTroubles))]
public sealed class RealCauseTests(TroubledApi api) : IClassFixture<TroubledApi>
{
    private const int QuietSteps = 8;
    private const int MaxSteps = 10;
    private const double Slow = 1.5;

    [Fact]
    public Task A_slow_database_is_the_first_finding() =>
        AssertSlowAsync(CauseFindings.Database, api.SlowDownDatabaseAsync);

    [Fact]
    public Task A_slow_embedding_model_is_the_first_finding() => AssertSlowAsync(CauseFindings.Embedding, seconds =>
    {
        api.Ollama.FirstTokenDelay = TimeSpan.FromSeconds(seconds);
        return Task.CompletedTask;
    });

    [Fact]
    public Task A_slow_index_is_the_first_finding() => AssertSlowAsync(CauseFindings.Index, seconds =>
    {
        api.Qdrant.Delay = TimeSpan.FromSeconds(seconds);
        return Task.CompletedTask;
    });

    [Fact]
    public async Task A_cache_that_loses_what_all_ask_for_is_the_first_finding()
    {
        string[] popular = [.. Enumerable.Range(0, 10).Select(i => $"popular {i}")];
        using var watch = await QuietAsync(CauseFindings.Stampede, () => popular.Select(api.SearchAsync));
        await AssertFirstAsync(watch, CauseFindings.Stampede, () => [StampedeAsync()]);

        async Task StampedeAsync()
        {
            await api.EmptyCacheAsync();
            await Task.WhenAll(popular.Select(api.SearchAsync));
        }
    }

    [Fact]
    public async Task A_route_that_gets_thirty_times_its_usual_requests_is_the_first_finding()
    {
        // Each search takes the same time, until too many wait for a connection.
        await api.SlowDownDatabaseAsync(.2);
        try
        {
            using var watch = await QuietAsync(
                CauseFindings.HotRoute, options: new CauseOptions { SlowRequest = TimeSpan.FromSeconds(.6) });
            var found = await AssertFirstAsync(watch, CauseFindings.HotRoute, () => NewSearches(60));
            Assert.Contains("/api/v1/search", found.Subject, StringComparison.Ordinal);
        }
        finally
        {
            await api.MendDatabaseAsync();
        }
    }

    [Fact]
    public async Task A_key_that_sends_without_restraint_is_the_first_finding()
    {
        using var watch = await QuietAsync(CauseFindings.Flood, () => NewSearches(3));
        var found = await AssertFirstAsync(watch, CauseFindings.Flood, () => NewSearches(2).Concat(Loop()));
        Assert.Equal("client 1", found.Subject);

        IEnumerable<Task> Loop() =>
            Enumerable.Range(0, TroubledApi.Burst + 20).Select(_ => api.SearchAsync(client: 1, "a loop"));
    }

    [Fact]
    public async Task Clients_that_repeat_what_fails_are_the_first_finding()
    {
        using var watch = await QuietAsync(CauseFindings.RetryStorm);
        await api.BreakDatabaseAsync();
        try
        {
            await AssertFirstAsync(watch, CauseFindings.RetryStorm, () => [RepeatAsync(), RepeatAsync()]);
        }
        finally
        {
            await api.MendDatabaseAsync();
        }

        async Task RepeatAsync()
        {
            var query = $"{Guid.NewGuid()}";
            for (var attempt = 0; attempt < 10 && (int)await api.SearchAsync(query) >= 500; attempt++)
            {
            }
        }
    }

    /// <param name="slowDown">Makes each call of the part take so many seconds longer.</param>
    private async Task AssertSlowAsync(string code, Func<double, Task> slowDown)
    {
        using var watch = await QuietAsync(code);
        await slowDown(Slow);
        try
        {
            await AssertFirstAsync(watch, code, () => NewSearches(4));
        }
        finally
        {
            await slowDown(0);
        }
    }

    /// <summary>Lets quiet traffic pass, during which the trouble is no finding.</summary>
    private async Task<TroubleWatch> QuietAsync(
        string code, Func<IEnumerable<Task>>? traffic = null, CauseOptions? options = null)
    {
        options ??= new CauseOptions();
        (options.Step, options.Recent) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        var watch = api.Watch(options);
        for (var step = 0; step < QuietSteps; step++)
        {
            await watch.PassAsync(traffic?.Invoke() ?? NewSearches(2));
        }

        Assert.DoesNotContain(code, (await watch.DiagnoseAsync()).Select(finding => finding.Code));
        return watch;
    }

    private static async Task<Finding> AssertFirstAsync(TroubleWatch watch, string code, Func<IEnumerable<Task>> trouble)
    {
        IReadOnlyList<Finding> findings = [];
        for (var step = 0; step < MaxSteps && (findings.Count == 0 || findings[0].Code != code); step++)
        {
            await watch.PassAsync(trouble());
            findings = await watch.DiagnoseAsync();
        }

        Assert.True(
            findings.Count > 0 && findings[0].Code == code,
            string.Join('\n', findings.Select(finding => $"{finding.Code}: {finding.Symptom}").DefaultIfEmpty("No finding.")));
        return findings[0];
    }

    /// <summary>Searches that no cache knows.</summary>
    private IEnumerable<Task> NewSearches(int count) =>
        Enumerable.Range(0, count).Select(_ => api.SearchAsync($"{Guid.NewGuid()}"));
}
