using System.Globalization;
using System.Text.Json.Nodes;
using static RagAspire.Tests.Deployment.DeploymentFiles;

namespace RagAspire.Tests.Deployment;

/// <summary>What stands around the pods belongs to them: probes, services, budgets, spread, scalers, and the backup.</summary>
public sealed class KubernetesWorkloadTests
{
    private const string NameLabel = "app.kubernetes.io/name";

    public static TheoryData<string> Workloads => ["api", "worker", "web"];

    [Theory]
    [MemberData(nameof(Workloads))]
    public void A_pod_is_probed_where_it_listens_and_has_time_to_stop(string name)
    {
        var pod = Pod(name);
        var container = Assert.Single(pod["spec"]!["containers"]!.AsArray())!;

        Assert.Equal("/alive http", Probe(container, "startupProbe"));
        Assert.Equal("/alive http", Probe(container, "livenessProbe"));
        Assert.Equal("/ready http", Probe(container, "readinessProbe"));
        Assert.Equal("http", container.At("ports.0.name"));
        Assert.Equal(container.At("ports.0.containerPort"), Manifest("Service", name).At("spec.ports.0.port"));
        Assert.Equal("http", Manifest("Service", name).At("spec.ports.0.targetPort"));
        Assert.Equal(LabelOf(pod), $"{Manifest("Service", name)["spec"]!["selector"]![NameLabel]}");
        Assert.Equal(LabelOf(pod), $"{Manifest("Deployment", name)["spec"]!["selector"]!["matchLabels"]![NameLabel]}");
        Assert.True(
            Setting("Shutdown__Delay") + Setting("Shutdown__Grace")
            < TimeSpan.FromSeconds(int.Parse(pod.At("spec.terminationGracePeriodSeconds"), CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("api", "2")]
    [InlineData("worker", "1")]
    public void Pods_are_spread_over_nodes_and_not_all_taken_away_at_once(string name, string minAvailable)
    {
        var pod = Pod(name);
        var budget = Manifest("PodDisruptionBudget", name);

        Assert.Equal((minAvailable, LabelOf(pod)), (budget.At("spec.minAvailable"), LabelIn(budget["spec"]!["selector"])));
        var spread = pod["spec"]!["topologySpreadConstraints"]!.AsArray();
        Assert.Contains("kubernetes.io/hostname", spread.Select(constraint => constraint!.At("topologyKey")));
        Assert.All(spread, constraint => Assert.Equal(LabelOf(pod), LabelIn(constraint!["labelSelector"])));
    }

    [Theory]
    [InlineData("HorizontalPodAutoscaler", "api")]
    [InlineData("ScaledObject", "worker")]
    public void A_scaler_alone_decides_how_many_pods_there_are(string kind, string name)
    {
        Assert.Equal(name, Manifest(kind, name).At("spec.scaleTargetRef.name"));
        Assert.Null(Manifest("Deployment", name)["spec"]!["replicas"]);
    }

    [Fact]
    public void A_backup_leaves_the_cluster_every_night_without_a_worker()
    {
        var job = Manifest("CronJob", "backup");
        var pod = job["spec"]!["jobTemplate"]!["spec"]!["template"]!;
        var container = Assert.Single(pod["spec"]!["containers"]!.AsArray())!;

        Assert.Matches("^[0-9]+ [0-9]+ [*] [*] [*]$", job.At("spec.schedule"));
        Assert.Equal("Forbid", job.At("spec.concurrencyPolicy"));
        Assert.Equal("ragaspire/worker", container.At("image"));
        Assert.Equal(["dotnet", "RagAspire.Worker.dll", "backup"], container["command"]!.AsArray().Select(word => $"{word}"));
        Assert.Equal(Secrets(Pod("worker")), Secrets(pod));
        Assert.Contains("Backups__S3__Bucket", Parse("kubernetes/secret.example.yaml").SelectMany(Settings));
    }

    private static JsonNode Pod(string name) => Manifest("Deployment", name)["spec"]!["template"]!;

    private static string Probe(JsonNode container, string probe) =>
        $"{container.At($"{probe}.httpGet.path")} {container.At($"{probe}.httpGet.port")}";

    private static string LabelOf(JsonNode pod) => $"{pod["metadata"]!["labels"]![NameLabel]}";

    private static string LabelIn(JsonNode? selector) => $"{selector!["matchLabels"]![NameLabel]}";

    private static IEnumerable<string> Secrets(JsonNode pod) => pod["spec"]!["containers"]![0]!["envFrom"]!.AsArray()
        .Select(source => source!["secretRef"]).OfType<JsonNode>().Select(secret => secret.At("name"));

    private static TimeSpan Setting(string name) => TimeSpan.Parse(
        Parse("kubernetes/kustomization.yaml").Single()["configMapGenerator"]![0]!["literals"]!.AsArray()
            .Select(literal => $"{literal}".Split('=')).Single(pair => pair[0] == name)[1],
        CultureInfo.InvariantCulture);
}
