using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RagAspire.Answers;
using RagAspire.Answers.Sessions;
using RagAspire.Database;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Answers.Sessions;

/// <summary>How long sessions are, and how many a key may begin.</summary>
public sealed class SessionTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Searches_of_a_key_in_two_processes_are_one_session_until_a_pause()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(-20));
        await using var system = await SystemAsync(time);
        var (one, other) = (new SearchSessions(time), new SearchSessions(time));

        one.Searched("a");
        time.Advance(TimeSpan.FromMinutes(10));
        other.Searched("a");
        await RecordAsync(system, one);
        await RecordAsync(system, other);
        time.Advance(TimeSpan.FromMinutes(40));
        one.Searched("a");
        time.Advance(TimeSpan.FromMinutes(1));
        one.Searched("a");

        Assert.Equal([("searches", 600)], await RecordAsync(system, one));
        Assert.Empty(await RecordAsync(system, other));
        await system.Get<NpgsqlDataSource>().Command(
            "update search_sessions set began_at = began_at - interval '2 hours', last_at = last_at - interval '2 hours'")
            .ExecuteAsync(Token);
        Assert.Equal([("searches", 60)], await RecordAsync(system, other));
    }

    [Fact]
    public async Task A_key_that_still_searches_has_no_ended_session()
    {
        await using var system = await SystemAsync(TimeProvider.System);
        var searches = system.Get<SearchSessions>();
        searches.Searched("a");

        Assert.Empty(await RecordAsync(system, searches));
        Assert.Empty(await RecordAsync(system, searches));
    }

    [Fact]
    public async Task A_key_begins_as_many_sessions_as_it_may_and_continues_those_that_it_has()
    {
        await using var system = await SystemAsync(
            new FakeTimeProvider(), new() { ["Sessions:PerSecondAndKey"] = "1", ["Sessions:BurstPerKey"] = "2" });
        var sessions = system.Get<SessionHistory>();
        var known = Question("a", Guid.NewGuid());
        await system.Get<AnswerStore>().AddAsync(
            known, new Answer(Guid.NewGuid(), known.SessionId!.Value, "Yes.", AnswerKind.Extractive, null, [], null, false, 1), Token);

        await sessions.TurnsAsync(Question("a"), Token);
        await sessions.TurnsAsync(Question("a", Guid.NewGuid()), Token);

        await Assert.ThrowsAsync<SessionLimitException>(() => sessions.TurnsAsync(Question("a"), Token));
        await Assert.ThrowsAsync<SessionLimitException>(() => sessions.TurnsAsync(Question("a", Guid.NewGuid()), Token));
        Assert.Single((await sessions.TurnsAsync(known, Token))!);
        Assert.Null(await sessions.TurnsAsync(Question("b"), Token));
    }

    private static Question Question(string key, Guid? session = null) => new("Is it?", "default", 8, session) { KeyId = key };

    private async Task<CoreServices> SystemAsync(TimeProvider time, Dictionary<string, string?>? settings = null) =>
        await CoreServices.CreateAsync(
            stores, await stores.CreateMigratedAsync(), settings, services => services.AddSingleton(time).AddSessionMetrics());

    /// <summary>The sessions that one poll of a process records.</summary>
    private static async Task<List<(string Kind, double Seconds)>> RecordAsync(CoreServices system, SearchSessions searches)
    {
        var recorded = new List<(string, double)>();
        using var listener = new MeterListener();
        var metrics = system.Get<SessionMetrics>();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "rag.session.duration" && instrument.Meter.Scope == system.Get<IMeterFactory>())
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => recorded.Add(((string)tags[0].Value!, seconds)));
        listener.Start();
        await using var connection = await system.Get<NpgsqlDataSource>().OpenConnectionAsync(Token);
        await ActivatorUtilities.CreateInstance<EndedSessions>(system.Services, searches, metrics).RecordAsync(connection, Token);
        return recorded;
    }
}
