namespace RagAspire.Security.Users;

/// <summary>
/// What a user may do: the union of the rows of its groups. A call gets the rows that give all scopes that it needs, so the
/// scopes of one row never count in the collections of another.
/// </summary>
internal sealed class UserRights(string id, string name, IEnumerable<Caller> rows)
{
    private readonly List<Caller> _rows = Essential([.. rows]);

    /// <summary>Whether any of its groups has rights here.</summary>
    public bool HasAny => _rows.Count > 0;

    /// <summary>The caller of a call that needs these scopes; without one, all that the user may do in some call.</summary>
    public Caller For(IReadOnlyCollection<string> scopes)
    {
        var giving = _rows.Where(row => row.IsAdmin || !scopes.Except(row.Scopes).Any()).ToList();
        if (giving.Count == 0)
        {
            return new Caller(id, name, [], [], []);
        }

        var collections = giving.Any(row => row.Collections is null)
            ? null
            : giving.SelectMany(row => row.Collections!).Distinct().ToList();
        var given = scopes.Count == 0 ? [.. giving.SelectMany(row => row.Scopes).Distinct()] : Shared(giving);
        return new Caller(id, name, given, collections, SeenIn(collections, giving));
    }

    /// <summary>The scopes that each row gives: together with the collections of all they are no more than the union.</summary>
    private static List<string> Shared(List<Caller> rows) =>
        [.. Scopes.All.Where(scope => rows.All(row => row.IsAdmin || row.Scopes.Contains(scope)))];

    /// <summary>A row without groups shows all documents only where it gives all of the collections.</summary>
    private static List<string>? SeenIn(List<string>? collections, List<Caller> rows) =>
        rows.Any(row => row.Groups is null && Contains(row.Collections, collections))
            ? null
            : [.. rows.SelectMany(row => row.Groups ?? []).Distinct()];

    /// <summary>Without the rows that another one contains.</summary>
    private static List<Caller> Essential(List<Caller> rows) =>
        [.. rows.Where((row, at) => !rows.Where((other, place) => place != at && Contains(other, row)
            && (place < at || !Contains(row, other))).Any())];

    private static bool Contains(Caller row, Caller other) =>
        row.Covers(other.Scopes, other.Collections) && Contains(row.Groups, other.Groups);

    private static bool Contains(IReadOnlyList<string>? names, IReadOnlyList<string>? others) =>
        names is null || (others is not null && !others.Except(names).Any());
}
