using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RagAspire.Database;
using RagAspire.Diagnosis;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Stack;

/// <summary>The probes over a fresh, migrated database, with nothing running in the background.</summary>
internal sealed class ProbeRig : IAsyncDisposable
{
    private readonly CoreServices _core;

    private ProbeRig(CoreServices core) => _core = core;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<ProbeRig> CreateAsync(Stores stores, params (string Key, string? Value)[] settings) =>
        new(await CoreServices.CreateAsync(stores, settings: settings.ToDictionary(setting => setting.Key, setting =>
            setting.Value)));

    /// <summary>As <see cref="CreateAsync"/>, in another environment than production.</summary>
    public static async Task<ProbeRig> CreateInDevelopmentAsync(Stores stores, params (string Key, string? Value)[] settings) =>
        new(await CoreServices.CreateAsync(
            stores,
            settings: settings.ToDictionary(setting => setting.Key, setting => setting.Value),
            configure: services => services.AddSingleton<IHostEnvironment>(new DevelopmentEnvironment())));

    /// <summary>What the last examination has read.</summary>
    public IReadOnlyList<string> Figures { get; private set; } = [];

    /// <summary>What a probe finds, also where it could examine its part only partly.</summary>
    /// <param name="later">As if so much time had passed.</param>
    public async Task<IReadOnlyList<Observation>> ExamineAsync(string probe, TimeSpan later = default)
    {
        try
        {
            return await RunAsync(probe, later);
        }
        catch (ProbeException ex) when (ex.Message.StartsWith("Partly", StringComparison.Ordinal))
        {
            return ex.Observations;
        }
    }

    /// <summary>Why the part of a probe is unknown.</summary>
    public async Task<string> UnknownAsync(string probe) =>
        (await Assert.ThrowsAsync<ProbeException>(() => RunAsync(probe, default))).Message;

    private async Task<IReadOnlyList<Observation>> RunAsync(string probe, TimeSpan later)
    {
        var now = TimeProvider.System.GetUtcNow() + later;
        var window = new DiagnosisWindow(now - TimeSpan.FromHours(1), now.AddMinutes(1));
        try
        {
            return await _core.Get<IEnumerable<IProbe>>().Single(candidate => candidate.Name == probe)
                .ExamineAsync(window, Token);
        }
        finally
        {
            Figures = FigureLines.Of(window.Figures);
        }
    }

    public async Task<IReadOnlyList<string>> CodesAsync(string probe, TimeSpan later = default) =>
        [.. (await ExamineAsync(probe, later)).Select(observation => observation.Code).Distinct()];

    public Task ExecuteAsync(string sql) => _core.Get<Npgsql.NpgsqlDataSource>().Command(sql).ExecuteAsync(Token);

    public T Get<T>()
        where T : notnull => _core.Get<T>();

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    private sealed class DevelopmentEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Development;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } =
            new Microsoft.Extensions.FileProviders.NullFileProvider();
    }
}
