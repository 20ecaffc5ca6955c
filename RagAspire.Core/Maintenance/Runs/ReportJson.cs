using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;

namespace RagAspire.Maintenance.Runs;

/// <summary>Reports as <c>jsonb</c> columns.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static NpgsqlParameter Parameter(TaskReport? report) => new()
    {
        Value = report is null ? DBNull.Value : JsonSerializer.Serialize(report, Json),
        NpgsqlDbType = NpgsqlDbType.Jsonb,
    };

    /// <summary>The column <c>report</c>; null where it is null.</summary>
    public static TaskReport? Read(NpgsqlDataReader row) =>
        row.Nullable<string>("report") is { } report ? JsonSerializer.Deserialize<TaskReport>(report, Json) : null;
}
