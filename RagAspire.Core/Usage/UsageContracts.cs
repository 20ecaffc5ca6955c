using System.Text.Json.Serialization;

namespace RagAspire.Usage;

/// <summary>What a model is called for.</summary>
[JsonConverter(typeof(EnumWordConverter<UsageKind>))]
public enum UsageKind
{
    /// <summary>The text of an answer.</summary>
    Answer,

    /// <summary>The vector of a query, also of the search for an answer.</summary>
    Search,

    /// <summary>The vectors of an uploaded document.</summary>
    Ingestion,

    /// <summary>Embedding of stored documents with another model.</summary>
    Maintenance,
}

/// <summary>Whom a call of a model is counted for.</summary>
/// <param name="KeyId">The API key that pays.</param>
public sealed record UsageContext(string KeyId, string Collection, UsageKind Kind)
{
    /// <summary>Stands for the key of work that no caller has asked for. It has no budget.</summary>
    public const string SystemKey = "system";
}

/// <summary>The tokens of one call.</summary>
/// <param name="Estimated">How many of both the server did not report.</param>
public readonly record struct ModelTokens(long Input, long Output, long Estimated);

/// <summary>Sums over calls.</summary>
/// <param name="EstimatedTokens">The part of the input and output tokens that was estimated.</param>
public sealed record UsageTotals(long Calls, long InputTokens, long OutputTokens, long EstimatedTokens, decimal Cost)
{
    public static UsageTotals None { get; } = new(0, 0, 0, 0, 0);

    public UsageTotals Plus(UsageTotals other) => new(
        Calls + other.Calls,
        InputTokens + other.InputTokens,
        OutputTokens + other.OutputTokens,
        EstimatedTokens + other.EstimatedTokens,
        Cost + other.Cost);
}

/// <summary>What one row of <c>model_usage</c> adds up.</summary>
public sealed record UsageSlot(
    DateTimeOffset Hour, string KeyId, string Collection, string Model, UsageKind Kind, string Currency);

/// <summary>Usage that is written in one transaction, and never twice.</summary>
public sealed record UsageBatch(Guid Id, IReadOnlyList<KeyValuePair<UsageSlot, UsageTotals>> Rows);
