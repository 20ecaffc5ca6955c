using System.Security.Cryptography;
using System.Text;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>
/// Exports of a collection that are nearly right. Most of them have the checksums that they should, so that what they describe
/// is looked at.
/// </summary>
internal static class ExportValues
{
    private const int Deepest = 2;

    public static byte[] Write(Random random, IReadOnlyList<byte[]> files)
    {
        var entries = new List<(string Name, byte[]? Content)> { ("manifest.json", Bytes(Manifest(random))) };
        for (var document = random.Next(4); document > 0; document--)
        {
            var id = HostileValues.Id(random);

            // Documents with the same bytes are one document.
            byte[] original = [.. HostileValues.Pick(random, files), .. Bytes($" {id}")];
            entries.Add(($"documents/{id}.jsonl", Bytes(Document(random, id, original) + Chunks(random))));
            entries.Add(($"originals/{id}", original));
        }

        Disorder(random, entries);
        entries.Add(("checksums.jsonl", Bytes(string.Concat(entries.Select(Checksum)))));
        if (random.Next(8) == 0)
        {
            Disorder(random, entries);
        }

        return ArchiveValues.Pack(random, entries);
    }

    private static string Manifest(Random random) => Object(random, new()
    {
        ["format"] = "\"ragaspire-collection\"",
        ["version"] = "1",
        ["collection"] = "\"fuzz\"",
        ["createdAt"] = "\"2026-11-28T12:00:00+00:00\"",
        ["analysis"] = "\"english\"",
    }, changes: random.Next(8) == 0 ? 1 : 0);

    private static string Document(Random random, Guid id, byte[] original)
    {
        var document = Object(random, new()
        {
            ["id"] = $"\"{id}\"",
            ["name"] = "\"a.txt\"",
            ["contentType"] = "\"text/plain\"",
            ["sizeBytes"] = $"{original.Length}",
            ["sha256"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(original))}\"",
            ["version"] = "1",
            ["status"] = HostileValues.Pick(random, ["\"ready\"", "\"ready\"", "\"failed\"", "\"pending\""]),
            ["error"] = "null",
            ["chunkCount"] = "1",
            ["tags"] = "{\"a\":\"b\"}",
            ["externalId"] = random.Next(2) == 0 ? "null" : $"\"{id}\"",
            ["createdAt"] = "\"2026-11-28T12:00:00+00:00\"",
            ["warnings"] = "[]",
            ["coverage"] = "null",
            ["model"] = "null",
            ["parentId"] = random.Next(4) == 0 ? $"\"{id}\"" : "null",
            ["groups"] = random.Next(2) == 0 ? "[]" : "[\"staff\"]",
            ["metadata"] = "{\"year\":2026}",
        }, changes: random.Next(2));
        return $"{document}\n";
    }

    private static string Chunks(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(4)).Select(ordinal => $"{Chunk(random, ordinal)}\n"));

    private static string Chunk(Random random, int ordinal) => Object(random, new()
    {
        ["ordinal"] = $"{ordinal}",
        ["text"] = "\"The quick brown fox.\"",
        ["section"] = "null",
        ["page"] = random.Next(2) == 0 ? "null" : "1",
        ["tokenCount"] = "5",
        ["place"] = "null",
        ["lead"] = "null",
        ["vector"] = "null",
    }, changes: random.Next(8) == 0 ? 1 : 0);

    /// <summary>An object some of whose members have hostile values, mostly of the type that they should have.</summary>
    private static string Object(Random random, Dictionary<string, string> members, int changes)
    {
        for (var change = 0; change < changes; change++)
        {
            var name = HostileValues.Pick(random, [.. members.Keys]);
            members[name] = random.Next(4) == 0 ? HostileValues.Json(random, Deepest) : OfType(random, members[name]);
        }

        return $"{{{string.Join(',', members.Select(member => $"\"{member.Key}\":{member.Value}"))}}}";
    }

    private static string OfType(Random random, string value) => value[0] switch
    {
        '[' => $"[{HostileValues.Quote(HostileValues.Text(random))}{HostileValues.Pick(random, [",null", ""])}]",
        '{' => $"{{{HostileValues.Quote(HostileValues.Text(random))}:{HostileValues.Pick(random, ["null", "\"a\"", "\"\\u0000\""])}}}",
        >= '0' and <= '9' => HostileValues.Pick(random, ["-1", "0", "2", "2147483647"]),
        _ => HostileValues.Quote(HostileValues.Text(random)),
    };

    /// <summary>At times an entry is missing, there twice, or in another place.</summary>
    private static void Disorder(Random random, List<(string Name, byte[]? Content)> entries)
    {
        var at = random.Next(entries.Count);
        switch (random.Next(12))
        {
            case 0:
                entries.RemoveAt(at);
                break;
            case 1:
                entries.Add(entries[at]);
                break;
            case 2:
                entries.Reverse();
                break;
            default:
                break;
        }
    }

    private static string Checksum((string Name, byte[]? Content) entry) =>
        $"{{\"path\":\"{entry.Name}\",\"sha256\":\"{Convert.ToHexStringLower(SHA256.HashData(entry.Content!))}\"}}\n";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
