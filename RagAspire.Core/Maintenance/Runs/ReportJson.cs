using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Runs;

/// <summary>Reports as <c>jsonb</c> columns.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static NpgsqlParameter Parameter(TaskReport? report) => Commands.Jsonb(report, Json);

    /// <summary>The column <c>report</c>; null where it is null.</summary>
    public static TaskReport? Read(NpgsqlDataReader row) =>
        row.Nullable<string>("report") is { } report ? JsonSerializer.Deserialize<TaskReport>(report, Json) : null;
}
