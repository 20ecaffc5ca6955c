using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Postgres;

namespace RagAspire.Tests.Diagnosis.Postgres;

/// <summary>The database doctor over any connection string. Nothing is migrated or started.</summary>
internal sealed class DoctorRig : IAsyncDisposable
{
    private readonly IHost _host;

    private DoctorRig(IHost host) => _host = host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="settings">Of the section <c>Diagnosis:Postgres</c>, or whole keys.</param>
    public static DoctorRig Create(string database, string? dataDirectory = null, params (string Key, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:ragdb"] = database,
            ["ConnectionStrings:cache"] = "127.0.0.1:1,abortConnect=false",
            ["RAGASPIRE_DATA"] = dataDirectory,
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(
            setting => setting.Key.Contains(':') ? setting.Key : $"{PostgresDiagnosisOptions.Section}:{setting.Key}",
            setting => setting.Value));
        builder.Logging.ClearProviders();
        builder.AddRagClients();
        builder.AddRagCore();
        return new DoctorRig(builder.Build());
    }

    public Task<DatabaseReport> ExamineAsync(bool withIndexes = false) =>
        _host.Services.GetRequiredService<DatabaseDoctor>().ExamineAsync(withIndexes, Token);

    /// <param name="later">As if so much time had passed.</param>
    public async Task<IReadOnlyList<Observation>> ProbeAsync(TimeSpan later = default)
    {
        var now = TimeProvider.System.GetUtcNow() + later;
        return await _host.Services.GetRequiredService<PostgresProbe>()
            .ExamineAsync(new DiagnosisWindow(now - TimeSpan.FromHours(1), now), Token);
    }

    /// <summary>What another probe finds with the settings alone, in production.</summary>
    public async Task<IReadOnlyList<string>> CodesAsync(string name)
    {
        var now = TimeProvider.System.GetUtcNow();
        var found = await Get<IEnumerable<IProbe>>().Single(probe => probe.Name == name)
            .ExamineAsync(new DiagnosisWindow(now - TimeSpan.FromHours(1), now), Token);
        return [.. found.Select(observation => observation.Code)];
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }

    /// <summary>Examines once and returns the first finding, which must be the only cause.</summary>
    public static async Task<(Finding First, DatabaseReport Report)> FirstAsync(
        string database, string? dataDirectory = null, params (string Key, string? Value)[] settings)
    {
        await using var rig = Create(database, dataDirectory, settings);
        var report = await rig.ExamineAsync();
        Assert.NotEmpty(report.Findings);
        Assert.InRange(report.TookMs, 0, 5_000);
        return (report.Findings[0], report);
    }
}
