using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>Forms that are nearly what a call wants: its fields, others, and files among them in any order.</summary>
internal sealed class FormValues(DescribedOperation operation, Random random, IReadOnlyList<byte[]> files)
{
    private static readonly JsonNode Metadata = JsonNode.Parse("""
        {
            "type": "object",
            "properties": {
                "year": { "type": "integer" },
                "day": { "type": "string", "format": "date-time" },
                "is_draft": { "type": "boolean" },
                "words": { "type": "array", "items": { "type": "string" } }
            },
            "additionalProperties": { "type": "string" }
        }
        """)!;

    public MultipartFormDataContent Write(JsonNode? schema)
    {
        var form = new MultipartFormDataContent();
        var properties = operation.Resolve(schema)["properties"] as JsonObject ?? [];
        string[] names = [.. properties.Select(property => property.Key), "nonsense"];
        for (var field = random.Next(5); field > 0; field--)
        {
            var name = HostileValues.Pick(random, names);
            form.Add(new StringContent(HostileValues.WithoutLoneSurrogates(Value(name))), name);
        }

        var isMany = names.Contains("files");
        for (var file = random.Next(8) == 0 ? 0 : isMany ? random.Next(1, 5) : random.Next(10) == 0 ? 2 : 1; file > 0; file--)
        {
            form.Add(File(isMany ? "files" : "file"));
        }

        return form;
    }

    private string Value(string name) => random.Next(3) == 0 ? HostileValues.Text(random) : name switch
    {
        "tags" => "key=value",
        "groups" => HostileValues.Pick(random, ["staff", "board", "a/b"]),
        "metadata" => new SchemaValues(operation, random).Write(Metadata),
        _ => "fuzz",
    };

    private ByteArrayContent File(string field)
    {
        var content = random.Next(6) == 0
            ? ArchiveValues.Files(random, files)
            : HostileValues.Mutate(random, HostileValues.Pick(random, files));
        var name = HostileValues.WithoutLoneSurrogates(HostileValues.Text(random));
        var file = new ByteArrayContent(content);
        file.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data")
        {
            Name = $"\"{field}\"",
            FileNameStar = name.Length == 0 ? "a" : name,
        };
        return file;
    }
}
