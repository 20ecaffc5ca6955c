using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Documents;

/// <summary>The names of the collections that have documents.</summary>
public sealed class CollectionNames(NpgsqlDataSource dataSource)
{
    /// <summary>Those that the caller may use, in order; the default one always.</summary>
    public async Task<IReadOnlyList<string>> OfAsync(Caller caller, CancellationToken cancellationToken) =>
    [
        .. (caller.Collections ?? await AllAsync(cancellationToken))
            .Concat(caller.MayUse(CollectionName.Default) ? [CollectionName.Default] : [])
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>Leaps in the index from name to name: the time depends on the collections and not on the documents.</summary>
    private Task<List<string>> AllAsync(CancellationToken cancellationToken) => dataSource.Command("""
        with recursive names as (
            (select collection from documents order by collection limit 1)
            union all
            select (select collection from documents where collection > names.collection order by collection limit 1)
            from names where names.collection is not null)
        select collection from names where collection is not null
        """).ListAsync(row => row.GetString(0), cancellationToken);
}
