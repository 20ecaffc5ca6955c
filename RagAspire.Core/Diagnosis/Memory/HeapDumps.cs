using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Monitoring.Memory;

namespace RagAspire.Diagnosis.Memory;

/// <summary>
/// The dumps of suspected services, in files: the event stream, which PerfView and dotnet-gcdump's library read, and a
/// summary beside it, which every process of the system can show.
/// </summary>
public sealed partial class HeapDumps(
    IConfiguration configuration, IOptions<HeapDumpOptions> options, TimeProvider time, ILogger<HeapDumps> logger)
{
    private static readonly string[] Programs = ["RagAspire.Api", "RagAspire.Worker"];

    private string Folder => options.Value.Directory is { Length: > 0 } folder
        ? folder
        : Path.Combine(configuration["RAGASPIRE_DATA"] is { Length: > 0 } data ? data : ".ragaspire", "heap-dumps");

    /// <summary>The newest summary of a service; null when there is none.</summary>
    public HeapSummary? LastOf(string service)
    {
        try
        {
            return Summaries(service).FirstOrDefault() is { } newest
                ? JsonSerializer.Deserialize<HeapSummary>(File.ReadAllText(newest), JsonSerializerOptions.Web) : null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Takes a dump of a service whose managed memory grows, if that is switched on and none was taken lately.</summary>
    /// <returns>Null when none was taken.</returns>
    public async Task<HeapSummary?> TakeAsync(ServiceMemory service, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (!options.Value.Enabled || !IsSuspect(service) || ProcessOf(service) is not { } process
            || LastOf(service.Service)?.At > time.GetUtcNow() - options.Value.Pause)
        {
            return null;
        }

        return await TakeAsync(service.Service, process, cancellationToken);
    }

    internal async Task<HeapSummary?> TakeAsync(string service, int processId, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, $"{service}-{time.GetUtcNow():yyyyMMddTHHmmss}");
        try
        {
            using var timeout = new CancellationTokenSource(options.Value.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
            var types = await HeapDump.WriteAsync(processId, $"{path}.nettrace", options.Value.MaxBytes, either.Token);
            var summary = new HeapSummary(time.GetUtcNow(), types.Sum(type => type.Bytes), [.. types.Take(20)]);
            await File.WriteAllTextAsync(
                $"{path}.json", JsonSerializer.Serialize(summary, JsonSerializerOptions.Web), cancellationToken);
            RemoveOld();
            Log.Taken(logger, service, summary.Types is [var top, ..] ? top.Name : "nothing");
            return summary;
        }
        catch (Exception ex) when (
            HeapDump.IsFailure(ex) || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            File.Delete($"{path}.nettrace");
            Log.Failed(logger, service, ex.Message);
            return null;
        }
    }

    private static bool IsSuspect(ServiceMemory service) => service.Parts.Any(part =>
        part.Part is "managed" or "large objects" && part.Verdict.Trend == MemoryTrend.Growing);

    /// <summary>
    /// The process of a service, by the name of its program and its start, which is known to 2 s, so that of several the nearest
    /// counts; null when it is not on this host.
    /// </summary>
    private static int? ProcessOf(ServiceMemory service) => Programs
        .Where(program => service.Service.Equals(program.Replace('.', '-'), StringComparison.OrdinalIgnoreCase))
        .SelectMany(ProcessMemory.Find)
        .Select(id => (Id: (int?)id, Distance: (ProcessMemory.Read(id)?.StartedAt - service.StartedAt)?.Duration()))
        .Where(process => process.Distance < TimeSpan.FromSeconds(2))
        .OrderBy(process => process.Distance)
        .Select(process => process.Id)
        .FirstOrDefault();

    private string[] Summaries(string service) => Directory.Exists(Folder)
        ? [.. Directory.GetFiles(Folder, $"{service}-*.json").OrderDescending(StringComparer.Ordinal)]
        : [];

    private void RemoveOld()
    {
        foreach (var old in Directory.GetFiles(Folder, "*.json").OrderByDescending(File.GetLastWriteTimeUtc)
            .Skip(options.Value.Keep))
        {
            File.Delete(old);
            File.Delete(Path.ChangeExtension(old, ".nettrace"));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The memory of {Service} grows; a heap dump was taken, its largest type is {Type}")]
        public static partial void Taken(ILogger logger, string service, string type);

        [LoggerMessage(2, LogLevel.Warning, "No heap dump of {Service} could be taken: {Reason}")]
        public static partial void Failed(ILogger logger, string service, string reason);
    }
}
