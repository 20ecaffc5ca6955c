using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static RagAspire.Tests.Deployment.DeploymentFiles;

namespace RagAspire.Tests.Deployment;

/// <summary>Every process and container of a deployment is observed, by what has no rights that it does not need.</summary>
public sealed partial class ObservationTests
{
    private static readonly string[] OnlyOnce = ["certificates", "models"];

    [Fact]
    public void Every_service_in_Compose_is_a_target_under_its_name()
    {
        var services = Compose["services"]!.AsObject()
            .Where(service => $"{service.Value!["image"]}".Contains("ragaspire/", StringComparison.Ordinal))
            .Select(service => service.Key);
        var targets = new[] { "api", "worker", "web" }
            .SelectMany(name => Parse($"compose/monitoring/targets/ragaspire-{name}.yml").Single().AsArray())
            .Select(target => target!.At("labels.instance")).ToList();

        Assert.Equal(services.Order(), targets.Order());
        Assert.Equal("cadvisor:8080", Parse("compose/monitoring/targets/cadvisor.yml").Single().At("0.targets.0"));
    }

    [Theory]
    [InlineData("api", "8000")]
    [InlineData("worker", "8001")]
    [InlineData("web", "8002")]
    public void In_Kubernetes_Prometheus_reaches_what_it_scrapes(string name, string port)
    {
        var allowed = Manifest("NetworkPolicy", name)["spec"]!["ingress"]![0]!;

        Assert.Equal(port, allowed.At("ports.0.port"));
        Assert.Contains(allowed["from"]!.AsArray(), from =>
            $"{from!["namespaceSelector"]?["matchLabels"]?["kubernetes.io/metadata.name"]}" == "monitoring");
        Assert.Equal("/metrics", Manifest("ServiceMonitor", name).At("spec.endpoints.0.path"));
        Assert.Equal("Metrics__Token", Manifest("ServiceMonitor", name).At("spec.endpoints.0.authorization.credentials.key"));
    }

    [Fact]
    public void Every_container_has_the_label_by_which_it_is_observed_and_so_have_those_that_end_by_design()
    {
        foreach (var (name, service) in Compose["services"]!.AsObject().Concat(Stack["services"]!.AsObject()))
        {
            Assert.Equal("true", $"{service!["labels"]?["ragaspire.deployment"]}");
            Assert.Equal(OnlyOnce.Contains(name) ? "true" : "", $"{service["labels"]?["ragaspire.once"]}");
        }
    }

    [Fact]
    public void Of_containers_exactly_the_labels_are_passed_on_that_Prometheus_reads()
    {
        var job = Parse("compose/monitoring/prometheus.yml").Single()["scrape_configs"]!.AsArray()
            .Single(job => $"{job!["job_name"]}" == "cadvisor")!;
        var read = job["metric_relabel_configs"]!.AsArray().SelectMany(rule => rule!["source_labels"]?.AsArray() ?? [])
            .Select(label => $"{label}").Where(label => label.StartsWith("container_label_", StringComparison.Ordinal));
        var passed = Cadvisors().SelectMany(service => service["command"]!.AsArray())
            .Select(argument => Labels().Match($"{argument}")).Where(match => match.Success)
            .SelectMany(match => match.Groups[1].Value.Split(',')).Select(label => $"container_label_{label.Replace('.', '_')}");

        Assert.Equal(read.Distinct().Order(), passed.Distinct().Order());
    }

    /// <summary>The socket of the engine has no lesser right than root's, so the network is the limit.</summary>
    [Fact]
    public void What_observes_containers_only_reads_and_is_reached_by_Prometheus_alone()
    {
        Assert.Single(Cadvisors().Select(service => $"{service["image"]}").Distinct());
        foreach (var service in Cadvisors())
        {
            Assert.All(service["volumes"]!.AsArray(), volume => Assert.Matches(":ro(,rslave)?$", $"{volume}"));
            Assert.Equal("true", service.At("read_only"));
            Assert.Equal("ALL", service.At("cap_drop.0"));
            Assert.Null(service["privileged"]);
            Assert.Null(service["ports"]);
            Assert.Equal("observed", $"{Assert.Single(service["networks"]!.AsArray())}");
            Assert.Matches("^[0-9]+M$", service.At("deploy.resources.limits.memory"));
        }

        Assert.Equal(["cadvisor", "prometheus"], On(Compose, "observed").Order());
        Assert.Equal(["cadvisor"], On(Stack, "observed"));
        Assert.All([Compose, Stack], file => Assert.Equal("true", file.At("networks.observed.internal")));
    }

    private static JsonNode[] Cadvisors() => [Compose["services"]!["cadvisor"]!, Stack["services"]!["cadvisor"]!];

    private static IEnumerable<string> On(JsonNode file, string network) => file["services"]!.AsObject()
        .Where(service => service.Value!["networks"] is JsonArray networks && networks.Any(name => $"{name}" == network))
        .Select(service => service.Key);

    [GeneratedRegex("^--whitelisted_container_labels=(.+)$")]
    private static partial Regex Labels();
}
