using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RagAspire.Tests.Deployment;

/// <summary>
/// The files of <c>deploy/kubernetes</c> have the fields of Kubernetes 1.30, of KEDA and of the Prometheus operator, with values
/// of their types. A cluster would refuse what fails here.
/// </summary>
/// <remarks>
/// The fields are those of the package kubernetes-types (Apache 2.0), without descriptions and status; those of the two operators
/// were added by hand, by the packages @kubernetes-models/keda and @kubernetes-models/prometheus-operator. The validators in
/// these packages take the files too, but do not refuse fields that do not exist.
/// </remarks>
public sealed class KubernetesSchemaTests
{
    private static readonly Dictionary<string, Dictionary<string, string>> Types =
        JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(File.ReadAllText(
            Path.Combine(BuildOutput.RepositoryRoot, "RagAspire.Tests", "Deployment", "kubernetes-1.30.json")))!;

    public static TheoryData<string> Files =>
    [
        .. DeploymentFiles.Yaml.Where(file => file.StartsWith("kubernetes", StringComparison.Ordinal)
            && !file.EndsWith("kustomization.yaml", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_has_only_fields_that_exist_with_values_of_their_types(string file)
    {
        var documents = Read(DeploymentFiles.Text(file));

        Assert.NotEmpty(documents);
        Assert.Empty(documents.SelectMany(Faults));
    }

    [Theory]
    [InlineData("spec: {replica: 3, selector: {}, template: {}}", "spec.replica: no such field")]
    [InlineData("spec: {selector: {}}", "spec.template: missing")]
    [InlineData("spec: {replicas: '3', selector: {}, template: {}}", "spec.replicas: not a number")]
    [InlineData("spec: {selector: {matchLabels: {app: 5}}, template: {}}", "spec.selector.matchLabels.app: not text")]
    [InlineData("spec: {selector: {}, template: {spec: {containers: {}}}}", "spec.template.spec.containers: not a list")]
    [InlineData("spec: {selector: {}, template: {spec: {hostNetwork: 'true', containers: []}}}", "spec.template.spec.hostNetwork: not true or false")]
    [InlineData("metadata: []", "metadata: not an object")]
    public void A_fault_is_found(string yaml, string fault)
    {
        var document = Assert.Single(Read($"apiVersion: apps/v1\nkind: Deployment\n{yaml}"));

        Assert.Equal([fault], Faults(document));
    }

    [Fact]
    public void An_old_version_of_a_kind_is_found() =>
        Assert.Equal(["autoscaling/v2beta2.HorizontalPodAutoscaler: no such kind"],
            Faults(Assert.Single(Read("apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler"))));

    private static List<YamlMappingNode> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    private static IEnumerable<string> Faults(YamlMappingNode document)
    {
        var version = $"{document["apiVersion"]}";
        var type = $"{(version == "v1" ? "core/v1" : version.Replace(".k8s.io", ""))}.{document["kind"]}";
        return Types.ContainsKey(type) ? Faults(document, type, "") : [$"{type}: no such kind"];
    }

    private static IEnumerable<string> Faults(YamlNode node, string type, string path)
    {
        if (type.EndsWith("[]", StringComparison.Ordinal))
        {
            return node is YamlSequenceNode list
                ? list.Children.SelectMany((item, index) => Faults(item, type[..^2], $"{path}.{index}"))
                : [$"{path}: not a list"];
        }

        if (type.StartsWith("map ", StringComparison.Ordinal))
        {
            return node is YamlMappingNode map
                ? map.Children.SelectMany(pair => Faults(pair.Value, type["map ".Length..], $"{path}.{pair.Key}"))
                : [$"{path}: not an object"];
        }

        return Types.TryGetValue(type, out var fields)
            ? node is YamlMappingNode tree ? Faults(tree, fields, path) : [$"{path}: not an object"]
            : Problem(node, type) is { } problem ? [$"{path}: {problem}"] : [];
    }

    private static IEnumerable<string> Faults(YamlMappingNode tree, Dictionary<string, string> fields, string path)
    {
        var prefix = path.Length == 0 ? "" : $"{path}.";
        var given = tree.Children.ToDictionary(pair => $"{pair.Key}", pair => pair.Value);
        return fields.Keys.Where(field => !field.EndsWith('?') && !given.ContainsKey(field)).Select(field => $"{prefix}{field}: missing")
            .Concat(given.SelectMany(pair =>
                (fields.GetValueOrDefault(pair.Key) ?? fields.GetValueOrDefault($"{pair.Key}?")) is { } type
                    ? Faults(pair.Value, type, $"{prefix}{pair.Key}")
                    : [$"{prefix}{pair.Key}: no such field"]));
    }

    private static string? Problem(YamlNode node, string type)
    {
        if (type == "any")
        {
            return null;
        }

        if (node is not YamlScalarNode { Value: { } value } scalar)
        {
            return "not a value";
        }

        // What YAML does not quote is a number, true, false or null where it looks like one.
        var isPlain = scalar.Style == ScalarStyle.Plain;
        var isNumber = isPlain && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        var isBoolean = isPlain && value is "true" or "false";
        return type switch
        {
            "string" => isNumber || isBoolean ? "not text" : null,
            "number" => isNumber ? null : "not a number",
            "boolean" => isBoolean ? null : "not true or false",
            "number|string" => isBoolean ? "not a number or text" : null,
            _ => $"\"{value}\"" == type ? null : $"not {type}",
        };
    }
}
