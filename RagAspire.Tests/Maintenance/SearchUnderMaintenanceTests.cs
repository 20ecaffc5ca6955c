using Npgsql;
using RagAspire.Maintenance.Scheduling;
using RagAspire.TestSupport.Load;
using RagAspire.TestSupport.Ollama;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance;

/// <summary>Times mean something only where no other test wants the processor.</summary>
[CollectionDefinition(nameof(Undisturbed), DisableParallelization = true)]
public sealed class Undisturbed;

/// <summary>Searches stay as fast as they are while maintenance runs, whichever task it is.</summary>
[Collection(nameof(Undisturbed))]
public sealed class SearchUnderMaintenanceTests(LoadedSystem system) : IClassFixture<LoadedSystem>
{
    private const int Tries = 5;

    /// <summary>
    /// What a machine that does other things too may add to the figure of a window with some fifty searches. A lock that
    /// is held, or queries that take all processors, add more; how much less is lost is for the benchmark to say.
    /// </summary>
    private const double NoiseMilliseconds = 12;

    public static TheoryData<string> Tasks => [.. Schedule.Defaults.Select(row => row.Task)];

    [Theory]
    [MemberData(nameof(Tasks))]
    public async Task Searches_take_hardly_longer_at_the_95th_percentile_while_a_task_runs(string task)
    {
        var seen = new List<string>();
        for (var i = 0; i < Tries; i++)
        {
            var figures = await system.Measure.MeasureAsync(task, TestContext.Current.CancellationToken);
            var (without, during) = (figures.Without.At(0.95), figures.During.At(0.95));
            seen.Add(FormattableString.Invariant(
                $"{without:0.0} ms without and {during:0.0} ms during {figures.Runs} runs of {figures.Ran.TotalSeconds:0.0} s"));
            TestContext.Current.TestOutputHelper?.WriteLine(seen[^1]);
            if (during <= Math.Max(without * LoadPlan.Allowed, without + NoiseMilliseconds))
            {
                return;
            }
        }

        Assert.Fail($"{task} slows searches down: {string.Join("; ", seen)}.");
    }
}

/// <summary>A system of the size of a test, with enough in it that every task has work.</summary>
public sealed class LoadedSystem(Stores stores) : IAsyncLifetime
{
    private const int Documents = 100;
    private const int WordsOfADocument = 1_500;
    private const int OldRows = 30_000;
    private static readonly LoadPlan Plan = new(40, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), 1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private readonly TestDirectory _directory = TestDirectory.Create("loaded");
    private OllamaStub? _model;
    private OllamaStub? _next;
    private RagSystem? _system;
    private NpgsqlDataSource? _database;

    internal TaskLoad Measure { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        _model = await OllamaStub.StartAsync();
        _next = await OllamaStub.StartAsync(embeddingModel: LoadSettings.NextModel);
        var settings = LoadSettings.For(
            _directory.Path, _model.ConnectionString(_model.EmbeddingModel), _next.ConnectionString(_next.EmbeddingModel));
        _system = await RagSystem.StartAsync(stores, new RagSystemOptions { Settings = settings });
        _database = NpgsqlDataSource.Create(_system.Database);
        var (api, text) = (_system.Client.Http, new MadeUpText(seed: 1));
        await new LoadCorpus(api, _database, text).FillAsync(Documents, WordsOfADocument, _ => { }, cancellationToken);
        await using (var load = new SearchLoad(api, text, Plan.SearchesPerSecond, cancellationToken))
        {
            await Task.Delay(WarmUp, cancellationToken);
            await load.StopAsync();
        }

        var runs = new TaskRuns(api);
        Measure = new TaskLoad(api, runs, new TaskWork(_database, api, runs, OldRows), text, Plan);
    }

    public async ValueTask DisposeAsync()
    {
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_system?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_model?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_next?.DisposeAsync() ?? ValueTask.CompletedTask);
        _directory.Dispose();
    }
}
