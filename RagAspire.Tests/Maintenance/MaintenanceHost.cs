using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Tests.Maintenance;

/// <summary>The product's services inside the test process, over a migrated real database, without background services.</summary>
internal sealed class MaintenanceHost : IAsyncDisposable
{
    private readonly IHost _host;

    private MaintenanceHost(IHost host, string connectionString) => (_host, ConnectionString) = (host, connectionString);

    public string ConnectionString { get; }

    public IServiceProvider Services => _host.Services;

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    public RunStore Runs => Get<RunStore>();

    public MaintenanceRunner Runner => Get<MaintenanceRunner>();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<MaintenanceHost> CreateAsync(
        string database,
        string redis,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? configure = null,
        bool started = false)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:ragdb"] = database,
            ["ConnectionStrings:cache"] = redis,
            ["Maintenance:Heartbeat"] = "00:00:00.2",
            ["Maintenance:HeartbeatTimeout"] = "00:00:02",
            ["Maintenance:RetryDelay"] = "00:00:00",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.AddServiceDefaults();
        builder.AddRagClients();
        builder.AddRagCore();
        configure?.Invoke(builder.Services);
        var host = builder.Build();
        await host.Services.GetRequiredService<Migrator>().MigrateAsync(Cancelled);
        if (started)
        {
            await host.StartAsync(Cancelled);
        }

        return new MaintenanceHost(host, database);
    }

    /// <summary>Replaces all tasks by one.</summary>
    public static Action<IServiceCollection> With(IMaintenanceTask task) => services =>
    {
        services.RemoveAll<IMaintenanceTask>();
        services.AddSingleton(task);
    };

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Runs a task from request to end.</summary>
    public async Task<MaintenanceRun> RunAsync(string task, bool dryRun = false)
    {
        var run = await Runs.RequestAsync(task, dryRun, "test", Cancelled);
        Assert.NotNull(run);
        var ended = await Runner.RunAsync(run, null, Cancelled);
        Assert.NotNull(ended);
        return ended;
    }

    /// <summary>Runs a task that must succeed.</summary>
    public async Task<TaskReport> SucceedAsync(string task, bool dryRun = false)
    {
        var run = await RunAsync(task, dryRun);
        Assert.True(
            run.Status == RunStatus.Succeeded, $"{task}: {run.Status} {run.Error} {string.Join(' ', run.Report?.Notes ?? [])}");
        return run.Report!;
    }

    public Task ExecuteAsync(string sql) => Database.Command(sql).ExecuteAsync(Cancelled);

    public async Task<T> ScalarAsync<T>(string sql) => (await Database.Command(sql).ScalarAsync<T>(Cancelled))!;

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _host.StopAsync(timeout.Token);
        _host.Dispose();
    }
}

/// <summary>A task that a test defines.</summary>
internal sealed class TaskStub(Func<TaskContext, CancellationToken, Task<TaskReport>> run, string name = "health-check")
    : IMaintenanceTask
{
    private int _runs;

    public static TaskReport Done { get; } = new(1, 1, 0);

    /// <summary>How often it was started.</summary>
    public int Runs => _runs;

    public string Name => name;

    public string Summary => "A task of a test.";

    public Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _runs);
        return run(context, cancellationToken);
    }
}
