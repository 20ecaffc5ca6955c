using System.Collections.ObjectModel;
using RagAspire.Search;
using RagAspire.Vectors;

namespace RagAspire.Quality;

/// <summary>
/// Asks search a golden set's questions. It is the real search with the index of this process, but past the caches and
/// the search log: what is measured is finding, and nobody's figures are spoilt by it.
/// </summary>
public sealed class RetrievalEvaluator(Retriever retriever, TimeProvider time)
{
    /// <param name="rest">Called after each question with the timestamp at which it was asked; null where somebody waits for the result.</param>
    /// <exception cref="VectorIndexUnavailableException">The index cannot be asked.</exception>
    /// <exception cref="Exception">The database cannot be reached: a question that could not be asked was not answered badly.</exception>
    public async Task<Evaluation> EvaluateAsync(GoldenSet golden, Func<long, Task>? rest, CancellationToken cancellationToken)
    {
        var grades = new List<(GoldenQuestion Question, Grade Grade)>(golden.Questions.Count);
        string? degraded = null;
        foreach (var question in golden.Questions)
        {
            var startedAt = time.GetTimestamp();
            var found = await retriever.RetrieveAsync(
                new SearchQuery(question.Question, golden.Collection, Grading.Depth, SearchMode.Hybrid, ReadOnlyDictionary<string, string>.Empty), metrics: null, cancellationToken);
            if (found.Level == RetrievalLevel.FullText)
            {
                // People get answers on this rung too, but its figures would be kept as those of the index.
                throw new VectorIndexUnavailableException(found.Degraded ?? "The index does not answer.");
            }

            degraded ??= found.Degraded;
            grades.Add((question, Grading.Of(question.Expected, found.Hits)));
            await (rest?.Invoke(startedAt) ?? Task.CompletedTask);
        }

        return new Evaluation(
            Guid.CreateVersion7(),
            golden.Collection,
            time.GetUtcNow(),
            grades.Count,
            grades.Average(each => each.Grade.Recall),
            grades.Average(each => each.Grade.FirstPlace is { } place ? 1d / place : 0),
            grades.Average(each => each.Grade.Ndcg),
            degraded,
            [
                .. grades.Where(each => each.Grade.Recall < 1).OrderBy(each => each.Grade.Recall)
                    .Select(each => new Miss(each.Question.Question, each.Grade.Recall, each.Grade.FirstPlace)),
            ]);
    }
}
