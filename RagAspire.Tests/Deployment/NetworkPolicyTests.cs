using System.Text.Json.Nodes;
using static RagAspire.Tests.Deployment.DeploymentFiles;

namespace RagAspire.Tests.Deployment;

/// <summary>Which connections the network policies let through, decided as Kubernetes does.</summary>
public sealed class NetworkPolicyTests
{
    private const string Here = "ragaspire";

    private static readonly IReadOnlyList<JsonNode> Policies =
        [.. Manifests.Where(manifest => $"{manifest["kind"]}" == "NetworkPolicy").Select(manifest => manifest["spec"]!)];

    private static readonly Dictionary<string, Pod> Pods = new()
    {
        ["api"] = Ours("api"),
        ["worker"] = Ours("worker"),
        ["web"] = Ours("web"),
        ["backup"] = Ours("backup"),
        ["postgres"] = new(Here, new() { ["app.kubernetes.io/name"] = "postgres" }),
        ["challenge"] = new(Here, new() { ["acme.cert-manager.io/http01-solver"] = "true" }),
        ["ingress"] = new("ingress-nginx", []),
        ["prometheus"] = new("monitoring", []),
        ["stranger"] = new("default", []),
    };

    [Theory]
    [InlineData("ingress", "api", 8000, true)]
    [InlineData("ingress", "web", 8002, true)]
    [InlineData("ingress", "worker", 8001, false)]
    [InlineData("ingress", "postgres", 5432, false)]
    [InlineData("ingress", "challenge", 8089, true)]
    [InlineData("stranger", "api", 8000, false)]
    [InlineData("stranger", "postgres", 5432, false)]
    [InlineData("stranger", "challenge", 8089, false)]
    [InlineData("prometheus", "api", 8000, true)]
    [InlineData("prometheus", "worker", 8001, true)]
    [InlineData("prometheus", "web", 8002, true)]
    [InlineData("prometheus", "postgres", 9187, true)]
    [InlineData("web", "api", 8000, true)]
    [InlineData("worker", "api", 8000, true)]
    [InlineData("api", "worker", 8001, false)]
    [InlineData("api", "postgres", 5432, true)]
    [InlineData("worker", "postgres", 6379, true)]
    [InlineData("backup", "postgres", 5432, true)]
    [InlineData("api", "postgres", 22, false)]
    [InlineData("postgres", "postgres", 5432, true)]
    [InlineData("worker", "prometheus", 9090, true)]
    [InlineData("api", "stranger", 8000, false)]
    public void A_connection_is_let_through_where_it_belongs(string from, string to, int port, bool isAllowed) =>
        Assert.Equal(
            isAllowed,
            Passes("Egress", Pods[from], Pods[to], port) && Passes("Ingress", Pods[to], Pods[from], port));

    /// <summary>A pod that no policy selects has all connections, others those that one of theirs allows.</summary>
    private static bool Passes(string direction, Pod pod, Pod peer, int port)
    {
        var selecting = Policies.Where(policy => pod.Namespace == Here
            && policy["policyTypes"]!.AsArray().Any(type => $"{type}" == direction) && pod.IsIn(policy["podSelector"]!)).ToList();
        var (rules, peers) = direction == "Ingress" ? ("ingress", "from") : ("egress", "to");
        return selecting.Count == 0 || selecting.SelectMany(policy => policy[rules]?.AsArray() ?? []).Any(rule =>
            (rule![peers] is not JsonArray places || places.Any(place => Is(peer, place!)))
            && (rule["ports"] is not JsonArray ports || ports.Any(each => $"{each!["port"]}" == $"{port}")));
    }

    private static bool Is(Pod peer, JsonNode place) =>
        place["ipBlock"] is null
        && (place["namespaceSelector"] is { } namespaces
            ? $"{namespaces["matchLabels"]!["kubernetes.io/metadata.name"]}" == peer.Namespace
            : peer.Namespace == Here)
        && (place["podSelector"] is not { } pods || peer.IsIn(pods));

    private static Pod Ours(string name)
    {
        var manifest = name == "backup" ? Manifest("CronJob", name)["spec"]!["jobTemplate"]! : Manifest("Deployment", name);
        return new(Here, manifest["spec"]!["template"]!["metadata"]!["labels"]!.AsObject()
            .ToDictionary(label => label.Key, label => $"{label.Value}"));
    }

    private sealed record Pod(string Namespace, Dictionary<string, string> Labels)
    {
        public bool IsIn(JsonNode selector) =>
            (selector["matchLabels"]?.AsObject() ?? []).All(label => Labels.GetValueOrDefault(label.Key) == $"{label.Value}")
            && (selector["matchExpressions"]?.AsArray() ?? []).All(expression => IsIn(expression!.AsObject()));

        private bool IsIn(JsonObject expression)
        {
            Assert.Equal("NotIn", $"{expression["operator"]}");
            return !expression["values"]!.AsArray()
                .Any(value => $"{value}" == Labels.GetValueOrDefault($"{expression["key"]}"));
        }
    }
}
