namespace RagAspire.Capacity.History;

/// <summary>All figures that are projected, in the order of the report.</summary>
public static class CapacityMetrics
{
    /// <summary>The figure whose limit is the sum of the budgets.</summary>
    public const string Cost = "llm_cost";

    // Paths of people and clients; probes and scrapes would hide a change.
    private const string Requests = "job=\"ragaspire-api\", http_route=~\"/api/.+\"";

    // Streams last as long as their reader stays.
    private const string Timed = Requests + ", http_route!~\".+/(events|content)/?\"";

    private const string Disks = "fstype!~\"tmpfs|ramfs|overlay|squashfs|iso9660|devtmpfs|nsfs\"";

    public static IReadOnlyList<CapacityMetric> All { get; } =
    [
        new("cpu", "CPU usage", CapacityUnit.Percent, GrowthDriver.Requests,
            [
                """100 * (1 - avg(rate(node_cpu_seconds_total{mode="idle"}[$range])))""",
                "100 * sum(rate(dotnet_process_cpu_time_seconds_total[$range])) / max(dotnet_process_cpu_count)",
            ]) { FixedLimit = 100 },
        new("memory", "Memory usage", CapacityUnit.Percent, GrowthDriver.Time,
            [
                "100 * (1 - sum(avg_over_time(node_memory_MemAvailable_bytes[$range])) / sum(node_memory_MemTotal_bytes))",
                "100 * max(avg_over_time(dotnet_process_memory_working_set_bytes[$range]) / rag_process_memory_limit_bytes)",
            ]) { FixedLimit = 100 },
        new("disk", "Disk usage", CapacityUnit.Bytes, GrowthDriver.Documents,
            [
                $$"""
                max by (instance, mountpoint) (node_filesystem_size_bytes{{{Disks}}} - node_filesystem_avail_bytes{{{Disks}}})
                """,
            ],
            $$"""max by (instance, mountpoint) (node_filesystem_size_bytes{{{Disks}}})""",
            ["instance", "mountpoint"]),
        new("request_rate", "Requests", CapacityUnit.PerSecond, GrowthDriver.Requests,
            [$$"""sum(rate(http_server_request_duration_seconds_count{{{Requests}}}[$range]))"""]),
        new("response_time", "Response time, 95th percentile", CapacityUnit.Seconds, GrowthDriver.Requests,
            [
                $$"""
                histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket{{{Timed}}}[$range]))) >= 0
                """,
            ]),
        new("error_rate", "Failed requests", CapacityUnit.Percent, GrowthDriver.Time,
            [
                $$"""
                100 * (sum(rate(http_server_request_duration_seconds_count{
                  {{Requests}}, http_response_status_code=~"5.."}[$range])) or vector(0))
                / (sum(rate(http_server_request_duration_seconds_count{{{Requests}}}[$range])) > 0)
                """,
            ]) { FixedLimit = 100 },
        // Each worker exports the same counts, and each exporter of a cluster the same databases.
        new("documents", "Documents", CapacityUnit.Count, GrowthDriver.Documents, ["sum(max by (status) (rag_documents))"]),
        new("chunks", "Chunks", CapacityUnit.Count, GrowthDriver.Documents, ["""max(rag_index_chunks{store="database"})"""]),
        new("vector_memory", "Vector index memory", CapacityUnit.Bytes, GrowthDriver.Documents,
            ["""max(avg_over_time(memory_resident_bytes{job="qdrant"}[$range]))"""],
            """min(rag_process_memory_limit_bytes{job="ragaspire-api"})"""),
        new("database_size", "Database size", CapacityUnit.Bytes, GrowthDriver.Documents,
            ["""sum(max by (datname) (pg_database_size_bytes{datname!~"template.*|postgres"}))"""]),
        new("connections", "Database connections", CapacityUnit.Count, GrowthDriver.Requests,
            ["max(sum by (instance) (max_over_time(pg_stat_database_numbackends[$range])))"], "max(pg_settings_max_connections)"),
        new("llm_tokens", "LLM tokens", CapacityUnit.PerHour, GrowthDriver.Requests,
            [
                "3600 * sum(rate(rag_llm_tokens_total[$range]))",
                "3600 * sum(rate(gen_ai_client_token_usage_sum[$range]))",
            ]),
        new(Cost, "LLM cost", CapacityUnit.PerHour, GrowthDriver.Requests,
            ["3600 * sum(rate(rag_llm_cost_total[$range]))"]),
    ];
}
