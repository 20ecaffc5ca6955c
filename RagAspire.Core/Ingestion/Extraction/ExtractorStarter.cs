using Microsoft.Extensions.Logging;
using RagAspire.Extraction.Messages;

namespace RagAspire.Ingestion.Extraction;

/// <summary>Starts extractor processes, locked in as the setting demands.</summary>
internal sealed partial class ExtractorStarter(ExtractionOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Why the sandboxed start fails on this machine; it is not tried for every document again.</summary>
    private volatile string? _failure;

    /// <summary>The layers of the last started process; empty before the first.</summary>
    public IReadOnlyList<SandboxLayer> Layers { get; private set; } = [];

    /// <exception cref="SandboxUnavailableException">The setting demands layers that do not hold.</exception>
    public async Task<ExtractorProcess> StartAsync(CancellationToken cancellationToken)
    {
        var process = await StartAnyAsync(cancellationToken);
        Log.Started(logger, process.Id);
        try
        {
            Demand(options.Sandbox, Layers);
            return process;
        }
        catch (SandboxUnavailableException)
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="SandboxUnavailableException">The setting demands layers that do not hold.</exception>
    internal static void Demand(SandboxMode mode, IReadOnlyList<SandboxLayer> layers)
    {
        var missing = layers.Where(layer => layer.Missing is not null)
            .Select(layer => $"{layer.Name} ({layer.Missing})").ToList();
        if (mode == SandboxMode.Required && missing.Count > 0)
        {
            throw new SandboxUnavailableException(string.Join("; ", missing));
        }
    }

    private async Task<ExtractorProcess> StartAnyAsync(CancellationToken cancellationToken)
    {
        if (options.Sandbox == SandboxMode.Off || _failure is not null)
        {
            return await StartAsync(isSandboxed: false, cancellationToken);
        }

        try
        {
            return await StartAsync(isSandboxed: true, cancellationToken);
        }
        catch (InvalidOperationException ex) when (options.Sandbox == SandboxMode.Preferred)
        {
            var process = await StartAsync(isSandboxed: false, cancellationToken);
            _failure = ex.Message;
            Layers = SandboxLayers.None(ex.Message);
            Log.NotSandboxed(logger, ex.Message);
            return process;
        }
    }

    private async Task<ExtractorProcess> StartAsync(bool isSandboxed, CancellationToken cancellationToken)
    {
        var command = ExtractorCommand.Create(options, ExtractorCommand.Assembly, isSandboxed);
        var process = await ExtractorProcess.StartAsync(command, options, time, cancellationToken);
        Layers = _failure is { } failure ? SandboxLayers.None(failure) : process.Sandbox;
        return process;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Extractor process {ProcessId} started")]
        public static partial void Started(ILogger logger, int processId);

        [LoggerMessage(2, LogLevel.Warning, "Documents are read without a sandbox, because the sandboxed start fails: {Reason}")]
        public static partial void NotSandboxed(ILogger logger, string reason);
    }
}
