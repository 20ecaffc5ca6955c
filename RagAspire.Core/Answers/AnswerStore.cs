using Npgsql;
using RagAspire.Database;

namespace RagAspire.Answers;

/// <summary>Answers that were given: the history of sessions, and the subject of feedback.</summary>
public sealed class AnswerStore(NpgsqlDataSource dataSource)
{
    /// <summary>The newest turns of a session inside one collection, oldest first.</summary>
    /// <returns>Null when this key has no such session: a session is continued only by the key that began it.</returns>
    public async Task<IReadOnlyList<SessionTurn>?> TurnsAsync(
        Guid sessionId, string collection, string keyId, int limit, CancellationToken cancellationToken)
    {
        var turns = await dataSource.Command("""
            select question, answer, kind <> 'none' from answers
            where session_id = $1 and collection = $2 and key_id = $3 order by created_at desc limit $4
            """, sessionId, collection, keyId, limit).ListAsync(
            row => (Turn: new SessionTurn(row.GetString(0), row.GetString(1)), IsAnswered: row.GetBoolean(2)), cancellationToken);
        return turns.Count == 0 ? null : [.. turns.Where(turn => turn.IsAnswered).Select(turn => turn.Turn).Reverse()];
    }

    public async Task AddAsync(Question question, Answer answer, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            insert into answers (id, session_id, collection, question, answer, kind, model, chunk_ids, key_id)
            values ($1, $2, $3, $4, $5, $6, $7::text, $8, $9)
            """,
            answer.AnswerId,
            answer.SessionId,
            question.Collection,
            question.Text,
            answer.Text,
            answer.Kind.Word(),
            answer.Model,
            answer.Citations.Select(citation => citation.ChunkId).Distinct().ToArray(),
            question.KeyId).ExecuteAsync(cancellationToken);

    /// <summary>The collection of an answer; null when there is no such answer.</summary>
    /// <param name="keyId">The key to which it was given; null for any.</param>
    public async Task<string?> CollectionOfAsync(Guid answerId, string? keyId, CancellationToken cancellationToken) =>
        await dataSource.Command(
            "select collection from answers where id = $1 and ($2::text is null or key_id = $2)", answerId, keyId)
            .ScalarAsync<string>(cancellationToken);
}
