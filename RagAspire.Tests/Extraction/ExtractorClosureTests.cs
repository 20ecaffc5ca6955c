using System.Text.Json;

namespace RagAspire.Tests.Extraction;

/// <summary>The process that parses untrusted files loads parsers and nothing else.</summary>
public sealed class ExtractorClosureTests
{
    private static readonly string[] NotNeeded =
    [
        "Npgsql", "Hangfire", "AWSSDK", "Lucene", "OllamaSharp", "OpenTelemetry", "Qdrant", "StackExchange", "Aspire",
        "Microsoft.AspNetCore", "Microsoft.Extensions.Hosting", "RagAspire.Core", "RagAspire.ServiceDefaults",
    ];

    [Fact]
    public void The_extractor_depends_on_no_package_of_stores_jobs_models_or_telemetry()
    {
        var libraries = Dependencies().Select(library => library.Split('/')[0]).ToList();

        Assert.Contains("PdfPig", libraries);
        Assert.DoesNotContain(libraries, library => NotNeeded.Any(name => library.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_extractor_runs_without_the_web_framework()
    {
        var configuration = Json(".runtimeconfig.json").GetProperty("runtimeOptions");

        Assert.Equal("Microsoft.NETCore.App", configuration.GetProperty("framework").GetProperty("name").GetString());
    }

    private static IEnumerable<string> Dependencies() =>
        Json(".deps.json").GetProperty("libraries").EnumerateObject().Select(library => library.Name);

    private static JsonElement Json(string extension)
    {
        var file = Path.ChangeExtension(BuildOutput.Of("RagAspire.Extractor"), extension);
        return JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(file));
    }
}
