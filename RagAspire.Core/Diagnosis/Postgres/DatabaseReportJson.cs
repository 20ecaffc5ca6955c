using System.Text.Json;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>A report of the database doctor as JSON, spelt as the API does.</summary>
public static class DatabaseReportJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Render(DatabaseReport report) => JsonSerializer.Serialize(report, Options);
}
