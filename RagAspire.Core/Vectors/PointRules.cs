using RagAspire.Vectors.InProcess;

namespace RagAspire.Vectors;

/// <summary>What an index accepts; the same for every implementation, and checked before anything is written.</summary>
internal static class PointRules
{
    public const int MaxLimit = 10_000;

    /// <exception cref="ArgumentException">A point breaks the contract; the message names it.</exception>
    public static void Check(IReadOnlyList<IndexPoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        foreach (var point in points)
        {
            if (TermsProblem(point.Terms) is { } terms)
            {
                throw new ArgumentException($"Chunk {point.ChunkId}: {terms}", nameof(points));
            }

            if (point.Dense is { } dense && UnitVector.Problem(dense) is { } vector)
            {
                throw new ArgumentException($"Chunk {point.ChunkId}: {vector}", nameof(points));
            }
        }
    }

    /// <exception cref="ArgumentException">The query breaks the contract.</exception>
    public static void Check(IndexQuery query, int? dimensions)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, MaxLimit, nameof(query));
        if (query.Terms is null && query.Dense is null)
        {
            throw new ArgumentException("A query needs terms, a vector, or both", nameof(query));
        }

        var problem = (query.Terms is { } terms ? TermsProblem(terms) : null)
            ?? (query.Dense is { } dense ? UnitVector.Problem(dense) : null);
        if (problem is not null)
        {
            throw new ArgumentException(problem, nameof(query));
        }

        if (query.Dense is not null && dimensions is not null && query.Dense.Length != dimensions)
        {
            throw new ArgumentException(
                $"The query's vector has {query.Dense.Length} dimensions, those of the index have {dimensions}", nameof(query));
        }
    }

    /// <summary>The dimensions of the vectors, which must be those that the index has already.</summary>
    /// <exception cref="ArgumentException">Two vectors differ.</exception>
    public static int? Dimensions(IReadOnlyList<IndexPoint> points, int? known)
    {
        foreach (var point in points)
        {
            known ??= point.Dense?.Length;
            if (point.Dense is not null && point.Dense.Length != known)
            {
                throw new ArgumentException(
                    $"Chunk {point.ChunkId}: its vector has {point.Dense.Length} dimensions, those of the index have {known}",
                    nameof(points));
            }
        }

        return known;
    }

    /// <summary>One point for each chunk id: the one that came last.</summary>
    public static List<IndexPoint> Latest(IReadOnlyList<IndexPoint> points)
    {
        var latest = new Dictionary<Guid, IndexPoint>(points.Count);
        foreach (var point in points)
        {
            latest[point.ChunkId] = point;
        }

        return [.. latest.Values];
    }

    private static string? TermsProblem(TermVector terms)
    {
        if (terms.Indices.Length != terms.Values.Length)
        {
            return "There must be one value for each term";
        }

        for (var i = 0; i < terms.Indices.Length; i++)
        {
            if (i > 0 && terms.Indices[i] <= terms.Indices[i - 1])
            {
                return "Terms must be distinct and ascending";
            }

            if (!(terms.Values[i] > 0) || !float.IsFinite(terms.Values[i]))
            {
                return "Counts must be positive";
            }
        }

        return null;
    }
}
