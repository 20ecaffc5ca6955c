using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RagAspire.Embedded;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

/// <summary>
/// The AppHost in embedded mode inside the test process, with two programs added that sleep: <c>sleeper</c> and
/// <c>victim</c>.
/// </summary>
public sealed class RunningAppHost : IAsyncLifetime
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(1);
    private readonly TestDirectory _data = TestDirectory.Create("running");
    private IDistributedApplicationTestingBuilder? _builder;

    public DistributedApplication App { get; private set; } = null!;

    public string DataDirectory => _data.Path;

    public ResourceNotificationService Resources => App.ResourceNotifications;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The added programs are commands of Linux.");
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.RagAspire_AppHost>(
        [
            "--mode", "embedded", "--data", _data.Path, "--dashboard", "false", "--monitoring", "false", "--web", "false",
            "--api-port", $"{FreePort.Next()}", "--worker-port", $"{FreePort.Next()}",
        ]);
        _builder.Services.AddLogging(logging => logging.ClearProviders());
        _builder.AddExecutable("sleeper", "sleep", _data.Path, "600");
        _builder.AddExecutable("victim", "sleep", _data.Path, "600");
        App = await _builder.BuildAsync();
        await App.StartAsync().WaitAsync(StartPatience);
    }

    public async ValueTask DisposeAsync()
    {
        if (App is not null)
        {
            await App.StopAsync().WaitAsync(StopPatience);
            await App.DisposeAsync().AsTask().WaitAsync(StopPatience);
            await _builder!.DisposeAsync().AsTask().WaitAsync(StopPatience);
        }

        _data.Dispose();
    }

    public async Task<CustomResourceSnapshot> HealthyAsync(string resource) =>
        (await Resources.WaitForResourceHealthyAsync(resource, WaitBehavior.WaitOnResourceUnavailable, Cancellation)
            .WaitAsync(StartPatience)).Snapshot;

    public async Task<CustomResourceSnapshot> WaitAsync(string resource, Func<CustomResourceSnapshot, bool> condition) =>
        (await Resources.WaitForResourceAsync(resource, change => condition(change.Snapshot), Cancellation)
            .WaitAsync(StartPatience)).Snapshot;

    public Task<CustomResourceSnapshot> InStateAsync(string resource, string state) =>
        WaitAsync(resource, snapshot => snapshot.State?.Text == state);

    public CustomResourceSnapshot Current(string resource) =>
        Resources.TryGetCurrentState(resource, out var change)
            ? change.Snapshot
            : throw new InvalidOperationException($"There is no resource {resource}.");

    public async Task ExecuteAsync(string resource, string command)
    {
        var result = await App.Services.GetRequiredService<ResourceCommandService>()
            .ExecuteCommandAsync(resource, command, TestContext.Current.CancellationToken);
        Assert.True(result.Success, result.Message);
    }

    /// <summary>The console log of a resource so far.</summary>
    public async Task<string> LogAsync(string resource)
    {
        var lines = new List<string>();
        await foreach (var batch in App.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(resource))
        {
            lines.AddRange(batch.Select(line => line.Content));
        }

        return string.Join('\n', lines);
    }
}
