using System.ComponentModel.DataAnnotations;

namespace RagAspire.Search;

/// <summary>How texts are given to a reranking model.</summary>
public enum RerankProtocol
{
    /// <summary>
    /// As Cohere, Jina and vLLM take them: <c>documents</c>, answered by <c>results</c> with <c>relevance_score</c>.
    /// </summary>
    Documents,

    /// <summary>As Text Embeddings Inference takes them: <c>texts</c>, answered by a list with <c>score</c>.</summary>
    Texts,
}

/// <summary>
/// An optional model that orders the best hits anew; section <c>Reranking</c>. The query and the texts of the hits are sent
/// to it.
/// </summary>
public sealed class RerankingOptions : IValidatableObject
{
    public const string Section = "Reranking";

    /// <summary>The address of the call, such as <c>http://reranker:8080/rerank</c>; null for no reranking.</summary>
    public string? Endpoint { get; set; }

    /// <summary>The name of the model; null where the server has only one.</summary>
    public string? Model { get; set; }

    /// <summary>Sent as a bearer token; null for a server that wants none.</summary>
    public string? Key { get; set; }

    public RerankProtocol Protocol { get; set; }

    /// <summary>The hits that are ordered anew, or more where more are asked for.</summary>
    [Range(2, 100)]
    public int Candidates { get; set; } = 50;

    /// <summary>How long a search waits for it. Without an answer the hits keep their order.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:30")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(2);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint is { Length: > 0 }
            && (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")))
        {
            yield return new ValidationResult("It must be an address with http or https, such as http://host:8080/rerank.", [nameof(Endpoint)]);
        }
    }
}
