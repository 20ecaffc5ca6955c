using Npgsql;
using RagAspire.Database;

namespace RagAspire.Answers;

/// <summary>Answers that were given: the history of sessions, and the subject of feedback.</summary>
public sealed class AnswerStore(NpgsqlDataSource dataSource)
{
    /// <summary>The newest turns of a session inside one collection, oldest first.</summary>
    public async Task<IReadOnlyList<SessionTurn>> TurnsAsync(
        Guid sessionId, string collection, int limit, CancellationToken cancellationToken)
    {
        var turns = await dataSource.Command("""
            select question, answer from answers
            where session_id = $1 and collection = $2 and kind <> 'none' order by created_at desc limit $3
            """, sessionId, collection, limit).ListAsync(row => new SessionTurn(row.GetString(0), row.GetString(1)), cancellationToken);
        turns.Reverse();
        return turns;
    }

    public async Task AddAsync(Question question, Answer answer, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            insert into answers (id, session_id, collection, question, answer, kind, model, chunk_ids)
            values ($1, $2, $3, $4, $5, $6, $7::text, $8)
            """,
            answer.AnswerId,
            answer.SessionId,
            question.Collection,
            question.Text,
            answer.Text,
            answer.Kind.Word(),
            answer.Model,
            answer.Citations.Select(citation => citation.ChunkId).ToArray()).ExecuteAsync(cancellationToken);

    /// <summary>The collection of an answer; null when there is no such answer.</summary>
    public async Task<string?> CollectionOfAsync(Guid answerId, CancellationToken cancellationToken) =>
        await dataSource.Command("select collection from answers where id = $1", answerId).ScalarAsync<string>(cancellationToken);
}
