using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Documents;

/// <summary>A collection and what it holds.</summary>
/// <param name="Documents">All, whatever their status.</param>
/// <param name="Ready">Of these, those whose newest version can be searched.</param>
/// <param name="Failed">Of these, those whose processing failed.</param>
/// <param name="ChunkCount">The chunks of the searched versions.</param>
/// <param name="SizeBytes">The bytes of the newest versions.</param>
/// <param name="UpdatedAt">When one of its documents was last changed; null while it has none.</param>
public sealed record CollectionSummary(
    string Name, int Documents, int Ready, int Failed, long ChunkCount, long SizeBytes, DateTimeOffset? UpdatedAt)
{
    internal static CollectionSummary Empty(string name) => new(name, 0, 0, 0, 0, 0, UpdatedAt: null);
}

/// <summary>
/// The collections of a caller: those that its key is bound to, or else all that have documents which it sees, and the default
/// one.
/// </summary>
public sealed class CollectionStore(NpgsqlDataSource dataSource, CollectionCounts counts)
{
    /// <summary>A page in the order of the names.</summary>
    /// <param name="after">The last name of the previous page; null for the first page.</param>
    public async Task<Page<CollectionSummary>> ListAsync(
        Caller caller, string? after, int limit, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(caller, after ?? "", limit + 1, cancellationToken);
        var counted = caller.Groups is null
            ? await counts.AllAsync(cancellationToken)
            : await counts.OfAsync(names, caller.Groups, cancellationToken);
        return Page.From(
            [.. names.Select(name => counted.GetValueOrDefault(name) ?? CollectionSummary.Empty(name))],
            limit,
            summary => summary.Name);
    }

    /// <summary>All names, in order.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(Caller caller, CancellationToken cancellationToken) =>
        await NamesAsync(caller, after: "", int.MaxValue, cancellationToken);

    // Leaps in the index from name to name: the time depends on the collections and not on the documents.
    private Task<List<string>> NamesAsync(Caller caller, string after, int limit, CancellationToken cancellationToken) =>
        dataSource.Command("""
            with recursive stored (name, place) as (
                (select collection, 1 from documents where $1 and collection > $3 order by collection limit 1)
                union all
                select next.collection, place + 1 from stored cross join lateral (
                    select collection from documents where collection > stored.name order by collection limit 1) next
                where place < $4 or $5::text[] is not null),
            names as (select name from stored union select unnest($2::text[]))
            select name from names
            where name > $3 and ($5::text[] is null or name = any($2) or exists (
                select from documents d
                where d.collection = names.name and (cardinality(d.groups) = 0 or d.groups && $5)))
            order by name limit $4
            """,
            caller.Collections is null,
            caller.Collections?.ToArray() ?? [CollectionName.Default],
            after,
            limit,
            caller.Groups?.ToArray()).ListAsync(row => row.GetString(0), cancellationToken);
}
