using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RagAspire.Answers;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Qdrant;

namespace RagAspire.Diagnosis.Operations;

/// <summary>Compares time limits of parts with those of the requests that wait for them.</summary>
public sealed class TimeLimits(
    IConfiguration configuration, IOptions<AnswerOptions> answers, IOptions<EmbeddingOptions> embeddings,
        IOptions<QdrantOptions> qdrant)
{
    // The defaults of the API, whose section this process may not have.
    private static readonly TimeSpan Request = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Answer = TimeSpan.FromMinutes(4);

    public IEnumerable<Observation> Contradictions()
    {
        var request = configuration.GetValue("Limits:RequestTimeout", Request);
        var answer = configuration.GetValue("Limits:AnswerTimeout", Answer);
        (string Inner, TimeSpan InnerLimit, string Outer, TimeSpan OuterLimit)[] pairs =
        [
            ("Answers:FirstTokenTimeout", answers.Value.FirstTokenTimeout, "Answers:TotalTimeout", answers.Value.TotalTimeout),
            ("Answers:TotalTimeout", answers.Value.TotalTimeout, "Limits:AnswerTimeout", answer),
            ("Embeddings:QueryTimeout", embeddings.Value.QueryTimeout, "Limits:RequestTimeout", request),
            ("Qdrant:SearchTimeout", qdrant.Value.SearchTimeout, "Limits:RequestTimeout", request),
        ];
        return pairs.Where(pair => pair.InnerLimit >= pair.OuterLimit).Select(pair => new Observation(
            OperationCodes.TimeLimits,
            $"{pair.Inner} is {Quantity.Seconds(pair.InnerLimit)}, and {pair.Outer}, which waits for it, is {Quantity.Seconds(pair.OuterLimit)}.",
            [new Evidence(pair.Inner, Quantity.Seconds(pair.InnerLimit), Quantity.Seconds(pair.OuterLimit))])
        {
            Subject = pair.Inner,
        });
    }
}
