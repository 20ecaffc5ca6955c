using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace RagAspire.Capacity;

/// <summary>The measured capacity of one replica of API and worker on one machine.</summary>
/// <param name="RequestsPerSecond">The highest rate at which the response time met the goal.</param>
/// <param name="ResponseTime">The 95th percentile at that rate.</param>
/// <param name="Goal">The response time that 95 % of the requests had to meet.</param>
/// <param name="DocumentsPerSecond">Documents made searchable by one worker.</param>
/// <param name="Cores">Of the machine that measured.</param>
/// <param name="Workload">What was requested and ingested.</param>
public sealed record LoadModel(
    DateTimeOffset MeasuredAt,
    double RequestsPerSecond,
    TimeSpan ResponseTime,
    TimeSpan Goal,
    double DocumentsPerSecond,
    int Cores,
    string Workload);

/// <summary>Keeps the load model as <c>capacity.json</c> in the data directory.</summary>
public sealed partial class LoadModelFile(IConfiguration configuration, ILogger<LoadModelFile> logger)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The path; null without a data directory (<c>RAGASPIRE_DATA</c>).</summary>
    public string? Path { get; } =
        configuration["RAGASPIRE_DATA"] is { Length: > 0 } data ? System.IO.Path.Combine(data, "capacity.json") : null;

    /// <returns>Null when nothing was measured, or the file cannot be read.</returns>
    public async Task<LoadModel?> ReadAsync(CancellationToken cancellationToken)
    {
        if (Path is null || !File.Exists(Path))
        {
            return null;
        }

        try
        {
            await using var file = File.OpenRead(Path);
            return await JsonSerializer.DeserializeAsync<LoadModel>(file, Json, cancellationToken);
        }
        catch (Exception ex) when (ex is JsonException or IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(logger, Path, ex);
            return null;
        }
    }

    /// <summary>Replaces the file in one step, so that a reader never sees half of it.</summary>
    public static async Task WriteAsync(string path, LoadModel model, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        var part = $"{path}.part";
        await File.WriteAllTextAsync(part, JsonSerializer.Serialize(model, Json), cancellationToken);
        File.Move(part, path, overwrite: true);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The measured capacity of a replica cannot be read from {Path}")]
        public static partial void Unreadable(ILogger logger, string path, Exception exception);
    }
}
