using System.Globalization;
using RagAspire.Embedded.Postgres;

namespace RagAspire.AppHost;

/// <summary>
/// The settings of the stores from the files of <c>deploy/</c>, as arguments of their programs. What follows from the memory of a
/// container is in proportion to it.
/// </summary>
internal static class StoreSettings
{
    /// <summary>The folder of a store in <c>deploy/</c>.</summary>
    public static string Folder(IDistributedApplicationBuilder builder, string store) =>
        Path.GetFullPath(Path.Combine(builder.AppHostDirectory, "..", "deploy", store));

    /// <summary>Each setting as <c>-c name=value</c>.</summary>
    public static IReadOnlyList<string> Postgres(string folder, int megabytes)
    {
        var settings = Read(Path.Combine(folder, "postgresql.conf"), '=')
            .Select(setting => (setting.Name, Value: setting.Value.Trim('\'')))
            .Concat(new PostgresTuning(megabytes).Settings)
            .GroupBy(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);
        return [.. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Last()}" })];
    }

    /// <summary>Each setting as <c>--name value…</c>.</summary>
    public static IReadOnlyList<string> Redis(string folder, int megabytes) =>
    [
        .. Read(Path.Combine(folder, "redis.conf"), ' ')
            .Select(setting => (setting.Name, Value: setting.Name == "maxmemory"
                ? string.Create(CultureInfo.InvariantCulture, $"{megabytes * 3 / 4}mb")
                : setting.Value))
            .SelectMany(setting => setting.Value.Split(' ').Prepend($"--{setting.Name}")),
    ];

    private static IEnumerable<(string Name, string Value)> Read(string file, char separator) =>
        File.ReadLines(file)
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(separator, 2, StringSplitOptions.TrimEntries))
            .Select(parts => (parts[0], parts[1]));
}
