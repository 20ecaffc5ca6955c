using System.Text.Json;

namespace RagAspire.TestSupport.Retrieval;

/// <summary>A retrieval test in the layout of BEIR: <c>corpus.jsonl</c>, <c>queries.jsonl</c> and <c>qrels.tsv</c>.</summary>
/// <param name="Relevant">The relevant documents of each query, with their grade.</param>
public sealed record BeirTest(
    string Name,
    IReadOnlyList<BeirDocument> Documents,
    IReadOnlyDictionary<string, string> Queries,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Relevant)
{
    public static BeirTest Load(string folder) => new(
        Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)),
        [
            .. Lines(folder, "corpus.jsonl").Select(
                line => new BeirDocument(Text(line, "_id"), Text(line, "title"), Text(line, "text"))),
        ],
        Lines(folder, "queries.jsonl").ToDictionary(line => Text(line, "_id"), line => Text(line, "text")),
        LoadRelevant(Path.Combine(folder, "qrels.tsv")));

    private static IEnumerable<JsonElement> Lines(string folder, string file)
        => File.ReadLines(Path.Combine(folder, file)).Select(line => JsonSerializer.Deserialize<JsonElement>(line));

    private static string Text(JsonElement line, string property)
        => line.TryGetProperty(property, out var value) ? value.GetString() ?? "" : "";

    private static Dictionary<string, IReadOnlyDictionary<string, int>> LoadRelevant(string file)
        => File.ReadLines(file).Skip(1).Select(line => line.Split('\t')).Where(parts => parts.Length >= 3 && parts[2] != "0")
            .GroupBy(parts => parts[0])
            .ToDictionary(
                group => group.Key,
                group => (IReadOnlyDictionary<string, int>)group.ToDictionary(
                    parts => parts[1], parts => int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture)));
}

public sealed record BeirDocument(string Id, string Title, string Text)
{
    /// <summary>The indexed text: title and text, as in the published baselines.</summary>
    public string Whole => $"{Title} {Text}".Trim();
}
