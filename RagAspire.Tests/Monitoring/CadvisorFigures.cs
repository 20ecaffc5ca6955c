using System.Text;

namespace RagAspire.Tests.Monitoring;

/// <summary>What cAdvisor tells of two containers of this system, one that works once, and one of another system.</summary>
internal static class CadvisorFigures
{
    private static readonly (string Name, string Compose, string Swarm, string Deployment, string Once)[] Containers =
    [
        ("ragaspire-api-1-1", "api-1", "", "true", ""),
        ("ragaspire_api.1.x", "", "ragaspire_api", "true", ""),
        ("ragaspire-models-1", "models", "", "true", "true"),
        ("other-db-1", "db", "", "", ""),
    ];

    // The last two are used nowhere.
    private static readonly (string Series, string Value)[] Figures =
    [
        ("container_start_time_seconds", "1750000000"),
        ("container_oom_events_total", "0"),
        ("container_cpu_usage_seconds_total", "60"),
        ("container_cpu_cfs_periods_total", "6000"),
        ("container_cpu_cfs_throttled_periods_total", "60"),
        ("container_memory_working_set_bytes", "500000000"),
        ("container_memory_total_active_file_bytes", "100000000"),
        ("container_spec_memory_limit_bytes", "1000000000"),
        ("container_memory_rss", "300000000"),
        ("container_last_seen", "1750000000"),
    ];

    /// <summary>The page of its metrics.</summary>
    public static string Text { get; } = Write();

    private static string Write()
    {
        var text = new StringBuilder("machine_cpu_cores 4\n");
        foreach (var (series, value) in Figures)
        {
            foreach (var (name, compose, swarm, deployment, once) in Containers)
            {
                text.Append($$"""
                    {{series}}{id="/docker/{{name}}",image="of {{name}}",name="{{name}}",
                    container_label_com_docker_compose_service="{{compose}}",container_label_com_docker_swarm_service_name="{{swarm}}",
                    container_label_ragaspire_deployment="{{deployment}}",container_label_ragaspire_once="{{once}}"} {{value}}
                    """.ReplaceLineEndings("")).Append('\n');
            }
        }

        return text.ToString();
    }
}
