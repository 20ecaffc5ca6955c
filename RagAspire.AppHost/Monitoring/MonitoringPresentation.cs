namespace RagAspire.AppHost.Monitoring;

/// <summary>How monitoring appears in the dashboard: the same for containers and for installed programs.</summary>
internal static class MonitoringPresentation
{
    public static IResourceBuilder<T> AsPrometheus<T>(this IResourceBuilder<T> prometheus)
        where T : IResourceWithEndpoints => prometheus
            .WithIconName("ChartMultiple")
            .WithPage("http", "/graph", "Graph")
            .WithExtraPage("http", "/alerts", "Alerts")
            .WithExtraPage("http", "/targets", "Targets");

    public static IResourceBuilder<T> AsAlertmanager<T>(this IResourceBuilder<T> alertmanager)
        where T : IResourceWithEndpoints => alertmanager
            .WithIconName("AlertUrgent")
            .WithPage("http", "/#/alerts", "Alerts")
            .WithExtraPage("http", "/#/silences", "Silences");

    public static IResourceBuilder<T> AsGrafana<T>(this IResourceBuilder<T> grafana)
        where T : IResourceWithEndpoints => grafana
            .WithIconName("DataTrending")
            .WithPage("http", "/dashboards", "Dashboards");

    /// <summary>Lists the exporter below the server that it watches.</summary>
    public static IResourceBuilder<T> AsExporterOf<T>(this IResourceBuilder<T> exporter, IResource watched)
        where T : IResourceWithEndpoints => exporter
            .WithIconName("Gauge")
            .WithParentRelationship(watched is IResourceWithParent { Parent: var server } ? server : watched)
            .WithPage("http", "/metrics", "Metrics");
}
