using System.Collections.ObjectModel;
using RagAspire.Search;
using RagAspire.Vectors;

namespace RagAspire.Quality;

/// <summary>
/// Evaluates search with a golden set. It uses the retriever and the index of this process, but neither the cache nor the
/// records and metrics of users' searches.
/// </summary>
public sealed class RetrievalEvaluator(RankedRetriever retriever, TimeProvider time)
{
    /// <param name="rest">
    /// Called after each question, with the timestamp of its start, to throttle a background evaluation; null for none.
    /// </param>
    /// <exception cref="VectorIndexUnavailableException">The index cannot be reached, so its quality cannot be measured.</exception>
    public async Task<Evaluation> EvaluateAsync(GoldenSet golden, Func<long, Task>? rest, CancellationToken cancellationToken)
    {
        var grades = new List<(GoldenQuestion Question, Grade Grade)>(golden.Questions.Count);
        string? degraded = null;
        foreach (var question in golden.Questions)
        {
            var startedAt = time.GetTimestamp();
            var query = new SearchQuery(
                question.Question, golden.Collection, Grading.Depth, SearchMode.Hybrid, ReadOnlyDictionary<string, string>.Empty);
            var found = await retriever.RetrieveAsync(query, metrics: null, cancellationToken);
            if (found.Level == RetrievalLevel.FullText)
            {
                // Users get these hits, but the metrics would be stored as those of the index.
                throw new VectorIndexUnavailableException(found.Degraded ?? "The index cannot be reached.");
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
