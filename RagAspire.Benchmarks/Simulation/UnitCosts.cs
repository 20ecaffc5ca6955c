namespace RagAspire.Benchmarks.Simulation;

/// <summary>
/// What one piece of work costs. The first four are round figures of a small machine until <c>simulate --check true</c> measures
/// them; the others are those of parts that no machine without them can measure, and docs/scaling.md says where they come from.
/// </summary>
internal sealed record UnitCosts
{
    /// <summary>CPU time of the API for one hybrid search with the model in the box.</summary>
    public double ApiSeconds { get; init; } = .010;

    /// <summary>CPU time of PostgreSQL for one search: the text of the hits.</summary>
    public double DatabaseSeconds { get; init; } = .001;

    /// <summary>PostgreSQL's files, with indexes, for one chunk.</summary>
    public double DatabaseBytesPerChunk { get; init; } = 12_000;

    /// <summary>Chunks that one core of a worker makes searchable with the model in the box.</summary>
    public double ChunksPerSecond { get; init; } = 20;

    /// <summary>Memory of the index in the API's process.</summary>
    public double InProcessBytesPerChunk { get; init; } = 2_600;

    /// <summary>384 values of one byte in memory (scalar quantisation), links of the graph, identifiers.</summary>
    public double QdrantBytesPerChunk { get; init; } = 384 + 150;

    /// <summary>CPU time of one shard for one query.</summary>
    public double QdrantSeconds { get; init; } = .003;

    public double RedisOperationsPerSearch { get; init; } = 3;

    public double RedisOperationsPerSecond { get; init; } = 80_000;

    /// <summary>Tokens that one accelerator writes when it is shared by many requests.</summary>
    public double TokensPerSecond { get; init; } = 2_500;

    public double TokensPerAnswer { get; init; } = 250;

    /// <summary>The share of requests that ask for an answer by a model.</summary>
    public double AnswerShare { get; init; } = .1;
}
