using System.Diagnostics.Metrics;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Quality;

/// <summary>Feedback on a search or an answer; exactly one of the two ids is set.</summary>
/// <param name="ChunkId">The hit or citation in question; null for the whole result.</param>
public sealed record Feedback(
    Guid? SearchId, Guid? AnswerId, string Collection, Guid? ChunkId, bool Relevant, string? Comment, string Actor);

/// <summary>Stores feedback and counts it.</summary>
public sealed class FeedbackStore(NpgsqlDataSource dataSource, IMeterFactory meters)
{
    public const string MeterName = "RagAspire.Feedback";

    private readonly Counter<long> _feedback = meters.Create(MeterName).CreateCounter<long>(
        "rag.feedback", "{vote}", "Feedback on searches and answers");

    public async Task AddAsync(Feedback feedback, CancellationToken cancellationToken)
    {
        await dataSource.Command("""
            insert into feedback (search_id, answer_id, collection, chunk_id, relevant, comment, actor)
            values ($1::uuid, $2::uuid, $3, $4::uuid, $5, $6::text, $7)
            """,
            feedback.SearchId, feedback.AnswerId, feedback.Collection, feedback.ChunkId, feedback.Relevant, feedback.Comment,
            feedback.Actor).ExecuteAsync(cancellationToken);
        _feedback.Add(
            1,
            new KeyValuePair<string, object?>("relevant", feedback.Relevant ? "true" : "false"),
            new KeyValuePair<string, object?>("on", feedback.SearchId is null ? "answer" : "search"));
    }
}
