using RagAspire.Embedded;

namespace RagAspire.AppHost;

/// <summary>
/// The configuration of Prometheus and Alertmanager in the data directory: the repository's files, rendered with the
/// variables of the environment. Written at every start; the data of both programs lies beside it and stays.
/// </summary>
/// <param name="repository">Has the folders <c>prometheus</c> and <c>alertmanager</c>.</param>
/// <param name="directory">Gets the same.</param>
internal sealed class MonitoringFolder(string repository, string directory)
{
    public string PrometheusFile => Path.Combine(directory, "prometheus", "prometheus.yml");

    public string AlertmanagerFile => Path.Combine(directory, "alertmanager", "alertmanager.yml");

    /// <summary>The data directory of one of the programs.</summary>
    public string Data(string program) => Path.Combine(directory, program, "data");

    /// <summary>Renders all files and removes the targets of an earlier run.</summary>
    /// <returns>The flags of Prometheus.</returns>
    public IReadOnlyList<string> Write(Func<string, string?> environment)
    {
        Replace("prometheus", "rules", "*.yml");
        Replace("alertmanager", "templates", "*.tmpl");
        Empty(Path.Combine(directory, "prometheus", "targets"));
        Directory.CreateDirectory(Data("prometheus"));
        Directory.CreateDirectory(Data("alertmanager"));

        // They may hold addresses and passwords of the receivers of alerts.
        SecretFile.Write(PrometheusFile, ConfigurationTemplate.Render(Read("prometheus", "prometheus.yml"), environment));
        SecretFile.Write(AlertmanagerFile, ConfigurationTemplate.Render(Read("alertmanager", "alertmanager.yml"), environment));
        return Flags(repository, environment);
    }

    /// <summary>The flags of Prometheus for this environment.</summary>
    public static IReadOnlyList<string> Flags(string repository, Func<string, string?> environment) =>
    [
        .. ConfigurationTemplate.Render(File.ReadAllText(Path.Combine(repository, "prometheus", "flags")), environment).Split('\n')
            .Select(line => line.Trim()).Where(line => line.StartsWith("--", StringComparison.Ordinal)),
    ];

    /// <summary>Writes a secret beside the configuration, readable by its owner only.</summary>
    /// <returns>Its path.</returns>
    public string WriteSecret(string name, string secret)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, name);
        SecretFile.Write(path, secret);
        return path;
    }

    /// <summary>Tells Prometheus the address of a job. Prometheus reloads the file when it changes.</summary>
    public void AddTarget(string job, string address, string instance) =>
        File.WriteAllText(Path.Combine(directory, "prometheus", "targets", $"{job}.yml"), Target(address, instance));

    /// <summary>A target file.</summary>
    /// <param name="instance">The name of the instance, which stays the same when the address changes.</param>
    public static string Target(string address, string instance) => $$"""
        - targets: ['{{address}}']
          labels: {instance: '{{instance}}'}

        """;

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
