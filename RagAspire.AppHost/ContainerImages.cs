namespace RagAspire.AppHost;

/// <summary>
/// The images of containers by tag and digest, the same as in <c>deploy/</c>. <c>eng/pin-images.sh</c> resolves the tags and
/// rewrites both.
/// </summary>
internal static class ContainerImages
{
    public const string Postgres =
        "postgres:18.3@sha256:7e32e9833a6fb1c92c32552794cb6ed569d51b445a54907d35fc112ef39684db";

    public const string Redis =
        "redis:8.6.3@sha256:4d25e2fe601f7ffaeb4437cb6ced3518bc36edf34ebe98863c80836943d94529";

    public const string Qdrant =
        "qdrant/qdrant:v1.18.1@sha256:45f8e3ddc2570a4d029877e1b5ec1045c19b3852b4e22a55c7f43b05aea0ca89";

    public const string Ollama =
        "ollama/ollama:0.21.0@sha256:d3d553bdfbcc7f55dd5ddf42c4cbe3a927aa9bb1802710d35e94656ca5aea02b";

    public const string Prometheus =
        "prom/prometheus:v3.5.0@sha256:63805ebb8d2b3920190daf1cb14a60871b16fd38bed42b857a3182bc621f4996";

    public const string Alertmanager =
        "prom/alertmanager:v0.28.1@sha256:27c475db5fb156cab31d5c18a4251ac7ed567746a2483ff264516437a39b15ba";

    public const string Grafana =
        "grafana/grafana:12.0.2@sha256:b5b59bfc7561634c2d7b136c4543d702ebcc94a3da477f21ff26f89ffd4214fa";

    public const string NodeExporter =
        "prom/node-exporter:v1.9.1@sha256:d00a542e409ee618a4edc67da14dd48c5da66726bbd5537ab2af9c1dfc442c8a";

    public const string PostgresExporter =
        "quay.io/prometheuscommunity/postgres-exporter:v0.17.1@sha256:38606faa38c54787525fb0ff2fd6b41b4cfb75d455c1df294927c5f611699b17";

    public const string RedisExporter =
        "quay.io/oliver006/redis_exporter:v1.74.0@sha256:88862b6fc5004ead3495c16d5ba548b14e898fe6d22e7c5b93bf3df83823a9a5";

    /// <summary>Adds a container. Its tag stays beside the digest, for readers; engines go by the digest.</summary>
    public static IResourceBuilder<ContainerResource> AddPinned(
        this IDistributedApplicationBuilder builder, string name, string reference) =>
        builder.AddContainer(name, reference[..reference.IndexOf(':', StringComparison.Ordinal)], Tag(reference));

    /// <summary>The tag with its digest.</summary>
    public static string Tag(string reference) => reference[(reference.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
