using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;

namespace RagAspire.Sync;

/// <summary>A file as the last run left it.</summary>
/// <param name="Settings">Of the collection and the tags that it was stored with.</param>
/// <param name="Refusal">Why it cannot become a document; null for one that is a document.</param>
public sealed record KnownFile(
    string Path, string Version, string? Tag, string Settings, long? Size, string? Sha256, string? Refusal)
{
    /// <summary>Its document; null where there is none, or where it was deleted.</summary>
    public KnownDocument? Document { get; init; }
}

/// <summary>The document of a file.</summary>
/// <param name="IsOwned">It belongs to the source. Others only have the same bytes, and are left alone.</param>
/// <param name="Path">The file that a document of the source is named after; null for others.</param>
public sealed record KnownDocument(Guid Id, string Collection, bool IsOwned, string? Path);

/// <summary>A document with given bytes.</summary>
public sealed record BytesHolder(Guid Id, string? Source, string? Path);

/// <summary>How a source is.</summary>
/// <param name="FirstSeenAt">When it was configured first.</param>
/// <param name="IsFailing">Its last run has failed.</param>
/// <param name="Files">At its last run that could list them.</param>
public sealed record SourceState(
    string Name, DateTimeOffset FirstSeenAt, DateTimeOffset? BegunAt, DateTimeOffset? EndedAt, DateTimeOffset? LastSuccessAt,
    bool IsFailing, string? Error, long Files);

/// <summary>What is known of sources and of their files.</summary>
public sealed class SourceStore(NpgsqlDataSource dataSource)
{
    /// <summary>A short name for settings that decide how files are stored.</summary>
    public static string SettingsOf(SourceOptions source, string more = "")
    {
        var tags = source.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}");
        var groups = source.NormalGroups.Select(group => $"group {group}");

        // Without metadata the name is the one of earlier releases, so that their files are not read again.
        string[] metadata = source.NormalMetadata is { Values.Count: > 0, Json: var json } ? [$"metadata {json}"] : [];
        var all = string.Join('\n', [source.Collection, more, .. tags, .. groups, .. metadata]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..16];
    }

    public async Task<IReadOnlyDictionary<string, KnownFile>> FilesAsync(string source, CancellationToken cancellationToken) =>
        (await dataSource.Command("""
            select f.path, f.version, f.tag, f.settings, f.size_bytes, f.sha256, f.refusal, f.document_id, d.collection,
                s.source is not distinct from f.source as is_owned, s.path as document_path
            from source_files f
            left join documents d on d.id = f.document_id
            left join document_sources s on s.document_id = f.document_id
            where f.source = $1
            """, source).ListAsync(ReadFile, cancellationToken)).ToDictionary(file => file.Path);

    /// <summary>Stores a file as it was found now.</summary>
    public Task<int> SaveAsync(
        string source, KnownFile file, CancellationToken cancellationToken) => dataSource.Command("""
        insert into source_files (source, path, version, tag, settings, size_bytes, sha256, document_id, refusal)
        values ($1, $2, $3, $4::text, $5, $6::bigint, $7, (select id from documents where id = $8::uuid), $9::text)
        on conflict (source, path) do update set version = excluded.version, tag = excluded.tag, settings = excluded.settings,
            size_bytes = excluded.size_bytes, sha256 = excluded.sha256, document_id = excluded.document_id,
            refusal = excluded.refusal, checked_at = now()
        """,
        source,
        file.Path,
        file.Version,
        file.Tag,
        file.Settings,
        file.Size,
        new NpgsqlParameter
        {
            Value = file.Sha256 is { } hash ? Convert.FromHexString(hash) : DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Bytea,
        },
        file.Document?.Id,
        file.Refusal).ExecuteAsync(cancellationToken);

    public Task<int> ForgetAsync(string source, string path, CancellationToken cancellationToken) => dataSource.Command(
        "delete from source_files where source = $1 and path = $2", source, path).ExecuteAsync(cancellationToken);

    /// <summary>The document of a collection that has these bytes; null without one.</summary>
    public Task<BytesHolder?> HolderAsync(
        string collection, byte[] sha256, string[] groups, CancellationToken cancellationToken) =>
        dataSource.Command("""
            select d.id, s.source, s.path from documents d left join document_sources s on s.document_id = d.id
            where d.collection = $1 and d.sha256 = $2 and d.groups = $3 and d.parent_id is null
            """, collection, sha256, groups).FirstAsync(
            row => new BytesHolder(row.GetGuid(0), row.Nullable<string>("source"), row.Nullable<string>("path")),
            cancellationToken);

    /// <summary>Documents of a source that none of its files has, and whether the file of that path has another one.</summary>
    public Task<List<(Guid Id, string Path, bool IsReplaced)>> LeftOversAsync(
        string source, CancellationToken cancellationToken) => dataSource.Command("""
        select s.document_id, s.path, exists (
            select from source_files f where f.source = s.source and f.path = s.path and f.document_id <> s.document_id)
        from document_sources s
        where s.source = $1 and not exists (
            select from source_files f where f.source = s.source and f.document_id = s.document_id)
        """, source).ListAsync(row => (row.GetGuid(0), row.GetString(1), row.GetBoolean(2)), cancellationToken);

    /// <summary>Whether a document belongs to a source now.</summary>
    public Task<bool> OwnsAsync(string source, Guid documentId, CancellationToken cancellationToken) => dataSource.Command(
        "select exists (select from document_sources where source = $1 and document_id = $2)", source, documentId)
        .ScalarAsync<bool>(cancellationToken);

    public Task<int> BeginAsync(string source, CancellationToken cancellationToken) => dataSource.Command("""
        insert into sources (name, begun_at) values ($1, now()) on conflict (name) do update set begun_at = now()
        """, source).ExecuteAsync(cancellationToken);

    /// <param name="error">Why the run has failed; null when it succeeded.</param>
    /// <param name="files">Null when they could not be listed.</param>
    public Task<int> EndAsync(string source, string? error, long? files, CancellationToken cancellationToken) =>
        dataSource.Command("""
            update sources set ended_at = now(), is_failing = $2::text is not null, error = $2::text,
                files = coalesce($3::bigint, files),
                last_success_at = case when $2::text is null then now() else last_success_at end
            where name = $1
            """, source, error, files).ExecuteAsync(cancellationToken);

    /// <summary>Notes when sources were configured first, so that one that never runs is noticed.</summary>
    public Task<int> KnowAsync(IEnumerable<string> names, CancellationToken cancellationToken) => dataSource.Command(
        "insert into sources (name) select unnest($1) on conflict do nothing", (object)names.ToArray())
        .ExecuteAsync(cancellationToken);

    public async Task<IReadOnlyDictionary<string, SourceState>> StatesAsync(CancellationToken cancellationToken) =>
        (await dataSource.Command("""
            select name, first_seen_at, begun_at, ended_at, last_success_at, is_failing, error, files from sources
            """).ListAsync(
            row => new SourceState(
                row.Field<string>("name"),
                row.Field<DateTimeOffset>("first_seen_at"),
                row.Nullable<DateTimeOffset?>("begun_at"),
                row.Nullable<DateTimeOffset?>("ended_at"),
                row.Nullable<DateTimeOffset?>("last_success_at"),
                row.Field<bool>("is_failing"),
                row.Nullable<string>("error"),
                row.Field<long>("files")),
            cancellationToken)).ToDictionary(state => state.Name);

    private static KnownFile ReadFile(NpgsqlDataReader row) => new(
        row.Field<string>("path"),
        row.Field<string>("version"),
        row.Nullable<string>("tag"),
        row.Field<string>("settings"),
        row.Nullable<long?>("size_bytes"),
        row.Nullable<byte[]>("sha256") is { } hash ? Convert.ToHexStringLower(hash) : null,
        row.Nullable<string>("refusal"))
    {
        Document = row.Nullable<Guid?>("document_id") is { } id
            ? new KnownDocument(id, row.Field<string>("collection"), row.Field<bool>("is_owned"), row.Nullable<string>("document_path"))
            : null,
    };
}
