using System.Text.Json.Nodes;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>
/// Writes JSON that is nearly what a schema wants, so that it gets past the first check and fails at a later one.
/// </summary>
internal sealed class SchemaValues(DescribedOperation operation, Random random)
{
    private const int Deepest = 6;

    /// <summary>How many values of a hundred are of another type, or hostile.</summary>
    private const int Wrong = 15;

    public string Write(JsonNode? schema, int depth = 0)
    {
        if (random.Next(100) < Wrong)
        {
            return HostileValues.Json(random, Deepest - depth);
        }

        var resolved = operation.Resolve(schema);
        var alternatives = (resolved["oneOf"] ?? resolved["anyOf"]) as JsonArray;
        if (alternatives is { Count: > 0 })
        {
            return Write(HostileValues.Pick(random, [.. alternatives]), depth);
        }

        if (resolved["enum"] is JsonArray { Count: > 0 } words)
        {
            return HostileValues.Pick(random, [.. words])?.ToJsonString() ?? "null";
        }

        return TypeOf(resolved) switch
        {
            "object" => ObjectOf(resolved, depth),
            "array" => $"[{string.Join(',', Enumerable.Range(0, depth > Deepest ? 0 : random.Next(4)).Select(_ => Write(resolved["items"], depth + 1)))}]",
            "integer" or "number" => random.Next(3) == 0 ? HostileValues.Number(random) : $"{random.Next(1, 20)}",
            "boolean" => random.Next(2) == 0 ? "true" : "false",
            "null" => "null",
            _ => HostileValues.Quote(Plausible(resolved)),
        };
    }

    /// <summary>A text for a parameter of a path or query.</summary>
    public string Plain(JsonNode? schema)
    {
        var resolved = operation.Resolve(schema);
        return random.Next(100) < Wrong * 2 ? HostileValues.Text(random) : TypeOf(resolved) switch
        {
            "integer" or "number" => random.Next(2) == 0 ? HostileValues.Number(random) : $"{random.Next(1, 100)}",
            "boolean" => random.Next(2) == 0 ? "true" : "false",
            _ => Plausible(resolved),
        };
    }

    private string ObjectOf(JsonObject schema, int depth)
    {
        var members = new List<string>();
        foreach (var (name, value) in schema["properties"] as JsonObject ?? [])
        {
            if (depth <= Deepest && random.Next(10) > 0)
            {
                members.Add($"{HostileValues.Quote(name)}:{Write(value, depth + 1)}");
            }
        }

        if (schema["additionalProperties"] is { } others && depth <= Deepest)
        {
            members.AddRange(Enumerable.Range(0, random.Next(3)).Select(_ => $"{HostileValues.Quote(HostileValues.Text(random))}:{Write(others, depth + 1)}"));
        }

        if (members.Count > 0 && random.Next(20) == 0)
        {
            members.Add(members[0]);
        }

        return $"{{{string.Join(',', members)}}}";
    }

    private string Plausible(JsonObject schema) => schema["format"]?.GetValue<string>() switch
    {
        "uuid" => HostileValues.Id(random).ToString(),
        "date-time" => random.Next(3) == 0 ? "0001-01-01T00:00:00Z" : "2026-11-28T12:00:00+00:00",
        _ => HostileValues.Pick(random, ["default", "text", "read", "quick brown fox", "1", "4", "30d", "json"]),
    };

    private static string TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray types => types.Select(type => type!.GetValue<string>()).FirstOrDefault(type => type != "null") ?? "string",
        JsonValue type => type.GetValue<string>(),
        _ => schema["properties"] is null ? "string" : "object",
    };
}
