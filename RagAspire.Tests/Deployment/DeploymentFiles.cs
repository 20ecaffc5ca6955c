using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace RagAspire.Tests.Deployment;

/// <summary>The files of <c>deploy/</c>, as trees whose leaves are text.</summary>
internal static class DeploymentFiles
{
    private static readonly ISerializer Json = new SerializerBuilder().JsonCompatible().Build();

    public static string Root { get; } = Path.Combine(BuildOutput.RepositoryRoot, "deploy");

    public static IReadOnlyList<string> Yaml { get; } =
    [
        .. Directory.GetFiles(Root, "*.y*ml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal),
    ];

    public static JsonNode Compose { get; } = Assert.Single(Parse("compose/compose.yaml"));

    public static JsonNode Stack { get; } = Assert.Single(Parse("swarm/stack.yaml"));

    /// <summary>What Kustomize applies, without the patterns.</summary>
    public static IReadOnlyList<JsonNode> Manifests { get; } =
    [
        .. Parse("kubernetes/kustomization.yaml").Single()["resources"]!.AsArray()
            .SelectMany(file => Parse($"kubernetes/{file}")),
    ];

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>The documents of a YAML file, with its aliases and merges resolved.</summary>
    public static IReadOnlyList<JsonNode> Parse(string file)
    {
        var parser = new MergingParser(new Parser(new StringReader(Text(file))));
        var deserializer = new DeserializerBuilder().Build();
        var documents = new List<JsonNode>();
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            documents.Add(JsonNode.Parse(Json.Serialize(deserializer.Deserialize<object>(parser)))!);
        }

        return documents;
    }

    public static JsonNode Manifest(string kind, string name) => Assert.Single(
        Manifests, manifest => $"{manifest["kind"]}" == kind && $"{manifest["metadata"]!["name"]}" == name);

    /// <summary>A leaf by the names on the way to it.</summary>
    public static string At(this JsonNode node, string path) =>
        path.Split('.').Aggregate((JsonNode?)node, (at, name) => at switch
        {
            JsonArray array => array[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)],
            _ => at?[name],
        }) is { } leaf ? $"{leaf}" : $"nothing at {path}";

    /// <summary>All names of settings that a file gives to API, worker or backup, such as <c>Shutdown__Delay</c>.</summary>
    public static IEnumerable<string> Settings(JsonNode? node) => node switch
    {
        JsonObject tree => tree.SelectMany(pair => Settings(pair.Value).Append(pair.Key)),
        JsonArray list => list.SelectMany(Settings),
        JsonValue value => [$"{value}".Split('=')[0]],
        _ => [],
    };
}
