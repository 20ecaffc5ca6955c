namespace RagAspire.Embedded.Monitoring;

/// <summary>
/// The configuration of Prometheus and Alertmanager for one place: the repository's files, read as the environment says,
/// in a directory of their own. Written anew at every start; what the two remember lies beside it and stays.
/// </summary>
/// <param name="repository">Has the folders <c>prometheus</c> and <c>alertmanager</c>.</param>
/// <param name="directory">Gets the same.</param>
public sealed class MonitoringFolder(string repository, string directory)
{
    public string PrometheusFile => Path.Combine(directory, "prometheus", "prometheus.yml");

    public string AlertmanagerFile => Path.Combine(directory, "alertmanager", "alertmanager.yml");

    /// <summary>Where one of them keeps what it remembers.</summary>
    public string Data(string program) => Path.Combine(directory, program, "data");

    /// <summary>Renders all files and forgets the targets of an earlier run.</summary>
    /// <returns>The flags of Prometheus.</returns>
    public IReadOnlyList<string> Write(Func<string, string?> environment)
    {
        Replace("prometheus", "rules", "*.yml");
        Replace("alertmanager", "templates", "*.tmpl");
        Empty(Path.Combine(directory, "prometheus", "targets"));
        Directory.CreateDirectory(Data("prometheus"));
        Directory.CreateDirectory(Data("alertmanager"));

        // Rendered, they may hold the addresses and passwords of those who are told.
        SecretFile.Write(PrometheusFile, MarkedFile.Render(Read("prometheus", "prometheus.yml"), environment));
        SecretFile.Write(AlertmanagerFile, MarkedFile.Render(Read("alertmanager", "alertmanager.yml"), environment));
        return Flags(repository, environment);
    }

    /// <summary>The flags of Prometheus, as the environment says.</summary>
    public static IReadOnlyList<string> Flags(string repository, Func<string, string?> environment) =>
    [
        .. MarkedFile.Render(File.ReadAllText(Path.Combine(repository, "prometheus", "flags")), environment).Split('\n')
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

    /// <summary>Tells Prometheus where a job is. It looks again by itself when the file changes.</summary>
    public void AddTarget(string job, string address, string instance) =>
        File.WriteAllText(Path.Combine(directory, "prometheus", "targets", $"{job}.yml"), Target(address, instance));

    /// <summary>A target file.</summary>
    /// <param name="instance">Stays the same although the address may change from start to start.</param>
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
