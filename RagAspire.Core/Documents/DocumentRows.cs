using System.Text.Json;
using Npgsql;
using RagAspire.Database;
using RagAspire.Extraction;

namespace RagAspire.Documents;

/// <summary>How rows of <c>documents</c> are read.</summary>
internal static class DocumentRows
{
    // Inside of the sub-select the id is the document's: document_sources has no column of that name.
    public const string Columns = """
        id, collection, name, content_type, size_bytes, sha256, version, ready_version, status, stage, progress, attempts,
        error, chunk_count, tags, created_at, updated_at, indexed_at, uploaded_by, warnings, coverage,
        embedded_model, embedded_count, external_id, groups, metadata, properties, parent_id, depth,
        (select count(*)::int from documents child where child.parent_id = documents.id) as children,
        (select json_build_object('name', s.source, 'path', s.path)::text from document_sources s where s.document_id = id) as source
        """;

    public static Document Read(NpgsqlDataReader row) => new(
        row.Field<Guid>("id"),
        row.Field<string>("collection"),
        row.Field<string>("name"),
        row.Field<string>("content_type"),
        row.Field<long>("size_bytes"),
        Convert.ToHexStringLower(row.Field<byte[]>("sha256")),
        row.Field<int>("version"),
        row.Nullable<int?>("ready_version"),
        EnumWords.Read<DocumentStatus>(row.Field<string>("status")),
        row.Nullable<string>("stage") is { } stage ? EnumWords.Read<DocumentStage>(stage) : null,
        row.Field<short>("progress"),
        row.Field<int>("attempts"),
        row.Nullable<string>("error"),
        row.Field<int>("chunk_count"),
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.Field<string>("tags"))!,
        row.Field<DateTimeOffset>("created_at"),
        row.Field<DateTimeOffset>("updated_at"),
        row.Nullable<DateTimeOffset?>("indexed_at"))
    {
        ParentId = row.Nullable<Guid?>("parent_id"),
        Children = row.Field<int>("children"),
        Depth = row.Field<short>("depth"),
        ExternalId = row.Nullable<string>("external_id"),
        Groups = row.Field<string[]>("groups"),
        Metadata = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(row.Field<string>("metadata"))!,
        Properties = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(row.Field<string>("properties"))!,
        UploadedBy = row.Nullable<string>("uploaded_by"),
        Source = row.Nullable<string>("source") is { } source
            ? JsonSerializer.Deserialize<DocumentSource>(source, JsonSerializerOptions.Web) : null,
        Embedding = row.Nullable<string>("embedded_model") is { } model
            ? new EmbeddingState(model, row.Field<int>("embedded_count"), row.Field<int>("chunk_count")) : null,
        Warnings = JsonSerializer.Deserialize<List<ExtractionWarning>>(row.Field<string>("warnings"), JsonSerializerOptions.Web)!,
        Coverage = row.Nullable<string>("coverage") is { } coverage
            ? JsonSerializer.Deserialize<Coverage>(coverage, JsonSerializerOptions.Web)
            : null,
    };
}
