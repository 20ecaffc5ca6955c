using System.Text.Json;
using Npgsql;
using RagAspire.Database;
using RagAspire.Security;

namespace RagAspire.Quality;

/// <summary>A golden set without its questions.</summary>
public sealed record GoldenSetSummary(string Collection, int Questions, DateTimeOffset UpdatedAt, string UpdatedBy);

/// <summary>Golden sets and their evaluations.</summary>
public sealed class GoldenSetStore(NpgsqlDataSource dataSource, AuditLog audit)
{
    private const string Columns = "id, collection, evaluated_at, questions, recall_at_10, mrr, ndcg_at_10, degraded, misses";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Stores a set, and replaces the one before.</summary>
    public async Task<GoldenSet> PutAsync(
        string collection, IReadOnlyList<GoldenQuestion> questions, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var golden = await connection.Command("""
            insert into golden_sets (collection, questions, updated_by) values ($1, $2, $3)
            on conflict (collection) do update set questions = excluded.questions, updated_by = excluded.updated_by, updated_at = now()
            returning collection, questions, updated_at, updated_by
            """, collection, Commands.Jsonb(questions, Json), actor).FirstAsync(Read, cancellationToken);
        await audit.WriteAsync(connection, new AuditEntry(actor, "golden-set.put", collection, collection), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return golden!;
    }

    public async Task<GoldenSet?> FindAsync(string collection, CancellationToken cancellationToken) =>
        await dataSource.Command("select collection, questions, updated_at, updated_by from golden_sets where collection = $1", collection)
            .FirstAsync(Read, cancellationToken);

    public async Task<IReadOnlyList<GoldenSetSummary>> ListAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("select collection, jsonb_array_length(questions), updated_at, updated_by from golden_sets order by collection")
            .ListAsync(
                row => new GoldenSetSummary(
                    row.GetString(0), row.GetInt32(1), row.GetFieldValue<DateTimeOffset>(2), row.GetString(3)),
                cancellationToken);

    /// <summary>Removes a set with its evaluations.</summary>
    /// <returns>False when there is none.</returns>
    public async Task<bool> DeleteAsync(string collection, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.Command("delete from golden_sets where collection = $1", collection).ExecuteAsync(cancellationToken) == 0)
        {
            return false;
        }

        await audit.WriteAsync(connection, new AuditEntry(actor, "golden-set.delete", collection, collection), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <returns>False when the set has been deleted in the meantime.</returns>
    public async Task<bool> AddAsync(Evaluation evaluation, CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            insert into retrieval_evaluations ({Columns})
            select $1, collection, $3, $4, $5, $6, $7, $8::text, $9 from golden_sets where collection = $2
            """,
            evaluation.Id, evaluation.Collection, evaluation.EvaluatedAt, evaluation.Questions, evaluation.RecallAt10,
            evaluation.Mrr, evaluation.NdcgAt10, evaluation.Degraded, Commands.Jsonb(evaluation.Misses, Json))
            .ExecuteAsync(cancellationToken) > 0;

    /// <summary>A page of the evaluations of one collection, newest first.</summary>
    /// <param name="before">The cursor; null for the first page.</param>
    public async Task<Page<Evaluation>> HistoryAsync(
        string collection, Guid? before, int limit, CancellationToken cancellationToken)
    {
        var rows = await dataSource.Command($"""
            select {Columns} from retrieval_evaluations
            where collection = $1 and ($2::uuid is null or id < $2) order by id desc limit $3
            """, collection, before, limit + 1).ListAsync(ReadEvaluation, cancellationToken);
        return Page.From(rows, limit, row => row.Id.ToString());
    }

    /// <summary>The last evaluation of every collection.</summary>
    public async Task<IReadOnlyList<Evaluation>> LatestAsync(CancellationToken cancellationToken) =>
        await dataSource.Command($"select distinct on (collection) {Columns} from retrieval_evaluations order by collection, id desc")
            .ListAsync(ReadEvaluation, cancellationToken);

    private static GoldenSet Read(NpgsqlDataReader row) => new(
        row.GetString(0),
        JsonSerializer.Deserialize<List<GoldenQuestion>>(row.GetString(1), Json)!,
        row.GetFieldValue<DateTimeOffset>(2),
        row.GetString(3));

    private static Evaluation ReadEvaluation(NpgsqlDataReader row) => new(
        row.Field<Guid>("id"),
        row.Field<string>("collection"),
        row.Field<DateTimeOffset>("evaluated_at"),
        row.Field<int>("questions"),
        row.Field<double>("recall_at_10"),
        row.Field<double>("mrr"),
        row.Field<double>("ndcg_at_10"),
        row.Nullable<string>("degraded"),
        JsonSerializer.Deserialize<List<Miss>>(row.Field<string>("misses"), Json)!);
}
