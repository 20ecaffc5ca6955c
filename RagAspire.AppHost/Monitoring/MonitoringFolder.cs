using RagAspire.Embedded;

namespace RagAspire.AppHost.Monitoring;

/// <summary>
/// The rendered configuration of Prometheus and Alertmanager in the data directory. It is written anew at every start;
/// the history of both lies beside it and stays.
/// </summary>
/// <param name="repository">The directory with the folders <c>prometheus</c> and <c>alertmanager</c>.</param>
/// <param name="directory">The directory that gets the rendered copies.</param>
public sealed class MonitoringFolder(string repository, string directory)
{
    public string PrometheusFile => Path.Combine(directory, "prometheus", "prometheus.yml");

    public string AlertmanagerFile => Path.Combine(directory, "alertmanager", "alertmanager.yml");

    /// <summary>The flags of Prometheus from the file <c>prometheus/flags</c>.</summary>
    public static IReadOnlyList<string> Flags(string repository, Func<string, string?> environment) =>
    [
        .. ConfigurationTemplate.Render(File.ReadAllText(Path.Combine(repository, "prometheus", "flags")), environment)
            .Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("--", StringComparison.Ordinal)),
    ];

    /// <summary>The content of a target file.</summary>
    /// <param name="instance">A label that stays the same when the address changes from start to start.</param>
    public static string Target(string address, string instance) => $$"""
        - targets: ['{{address}}']
          labels: {instance: '{{instance}}'}

        """;

    /// <summary>The storage directory of one of the two programs.</summary>
    public string Storage(string program) => Path.Combine(directory, program, "data");

    /// <summary>Renders all files and removes the targets of an earlier run.</summary>
    public void Write(Func<string, string?> environment)
    {
        Replace("prometheus", "rules", "*.yml");
        Replace("alertmanager", "templates", "*.tmpl");
        Empty(Path.Combine(directory, "prometheus", "targets"));
        Directory.CreateDirectory(Storage("prometheus"));
        Directory.CreateDirectory(Storage("alertmanager"));

        // Rendered files may hold the addresses and passwords of alert receivers.
        SecretFile.Write(PrometheusFile, ConfigurationTemplate.Render(Read("prometheus", "prometheus.yml"), environment));
        SecretFile.Write(AlertmanagerFile, ConfigurationTemplate.Render(Read("alertmanager", "alertmanager.yml"), environment));
    }

    /// <summary>Writes a secret beside the configuration, readable by its owner only.</summary>
    /// <returns>The path of the file.</returns>
    public string WriteSecret(string name, string secret)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, name);
        SecretFile.Write(path, secret);
        return path;
    }

    /// <summary>Writes the target file of a job, which Prometheus reloads when it changes.</summary>
    public void AddTarget(string job, string address, string instance) =>
        File.WriteAllText(Path.Combine(directory, "prometheus", "targets", $"{job}.yml"), Target(address, instance));

    private string Read(string folder, string file) => File.ReadAllText(Path.Combine(repository, folder, file));

    private void Replace(string folder, string part, string pattern)
    {
        var target = Path.Combine(directory, folder, part);
        Empty(target);
        foreach (var file in Directory.GetFiles(Path.Combine(repository, folder, part), pattern))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    private static void Empty(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        Directory.CreateDirectory(path);
    }
}
