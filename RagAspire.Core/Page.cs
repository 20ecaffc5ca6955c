namespace RagAspire;

/// <summary>One page of a list.</summary>
/// <param name="Next">The cursor of the next page; null on the last one, also when that one is full.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Makes pages.</summary>
public static class Page
{
    /// <summary>A list that is always given as a whole.</summary>
    public static Page<T> Whole<T>(IReadOnlyList<T> items) => new(items, Next: null);

    /// <summary>The first <paramref name="limit"/> of the rows that a query with <c>limit + 1</c> returned.</summary>
    /// <param name="rows">One more than the limit when there is a next page.</param>
    /// <param name="cursor">The position of an item in the query's order, as the next request gives it back.</param>
    public static Page<T> From<T>(IReadOnlyList<T> rows, int limit, Func<T, string> cursor) =>
        rows.Count > limit ? new Page<T>([.. rows.Take(limit)], cursor(rows[limit - 1])) : new Page<T>(rows, Next: null);
}
