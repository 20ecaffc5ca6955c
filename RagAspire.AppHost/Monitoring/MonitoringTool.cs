namespace RagAspire.AppHost.Monitoring;

/// <summary>A monitoring program that may be installed on this machine.</summary>
/// <param name="Name">The name of its resource.</param>
/// <param name="Package">The name of the program in the package of Debian, and of the package itself.</param>
/// <param name="Program">The name of the program in the download of its project.</param>
internal sealed record MonitoringTool(string Name, string Package, string Program)
{
    public static readonly MonitoringTool
        Prometheus = new("prometheus", "prometheus", "prometheus"),
        Alertmanager = new("alertmanager", "prometheus-alertmanager", "alertmanager"),
        Node = new("node-exporter", "prometheus-node-exporter", "node_exporter"),
        Postgres = new("postgres-exporter", "prometheus-postgres-exporter", "postgres_exporter"),
        Redis = new("redis-exporter", "prometheus-redis-exporter", "redis_exporter");

    public static IReadOnlyList<MonitoringTool> Exporters { get; } = [Node, Postgres, Redis];

    public static IReadOnlyList<MonitoringTool> All { get; } = [Prometheus, Alertmanager, .. Exporters];

    /// <summary>Null when it is not on the PATH.</summary>
    public string? Path => Programs.OnPath(Package) ?? Programs.OnPath(Program);
}

/// <summary>How to start a monitoring program, and where it answers.</summary>
/// <param name="Port">A port on 127.0.0.1.</param>
/// <param name="HealthPath">A path that answers 200 when the program serves.</param>
public sealed record MonitoringProgram(string Name, string Path, IReadOnlyList<string> Arguments, int Port, string HealthPath);
