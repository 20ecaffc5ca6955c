using Microsoft.Extensions.Options;
using RagAspire.Diagnosis.Postgres;

namespace RagAspire.Diagnosis.Operations;

/// <summary>Examines whether a good backup exists, is young enough, and can be restored.</summary>
public sealed class BackupProbe(DatabaseReader database, IOptions<OperationDiagnosisOptions> options) : IProbe
{
    private const string Newest = """
        select extract(epoch from now() - max(created_at))::float8 from backups
        where status in ('complete', 'verified') and signing_key is not null
        """;

    private const string Good =
        "select count(*) from backups where status in ('complete', 'verified') and signing_key is not null";

    public string Name => "backups";

    public Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Observation>>(
            async session => [.. await NewestAsync(session, window, cancellationToken), .. await DamagedAsync(session,
                cancellationToken)],
            cancellationToken);

    private async Task<IReadOnlyList<Observation>> NewestAsync(
        PostgresSession session, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var age = await session.MeasureAsync<double?>(Newest, cancellationToken);
        if (age.Value is { } seconds)
        {
            window.Figures.Add(new Figure(
                Name, "age", "newest good backup", Math.Round(seconds), options.Value.BackupAge.TotalSeconds, "s", Newest));
            return seconds <= options.Value.BackupAge.TotalSeconds ? [] : [new Observation(
                OperationCodes.BackupOld, $"The newest good backup is {Quantity.Seconds(Math.Round(seconds))} old.",
                [new Evidence(Newest, Quantity.Seconds(Math.Round(seconds)), Quantity.Seconds(options.Value.BackupAge))])
            {
                Cause = await LastErrorAsync(session, cancellationToken),
            }];
        }

        var sql = $"""
            select exists (select from documents) and created_at < now() - {DatabaseReader.Literal(options.Value.FirstBackup)} from installation
            """;
        return !await session.ScalarAsync<bool>(sql, cancellationToken) ? [] : [new Observation(
            OperationCodes.NoBackup, "Documents are stored, and there is no good backup of them.",
            [new Evidence(Good, "0 backups", "1 backup")])
        {
            Cause = await LastErrorAsync(session, cancellationToken),
        }];
    }

    private static async Task<string?> LastErrorAsync(PostgresSession session, CancellationToken cancellationToken) =>
        await session.ScalarAsync<string>("select error from backups where error is not null order by created_at desc limit 1", cancellationToken)
            is { } error ? $"The last backup that failed says: {DatabaseReader.Short(error)}" : null;

    private static async Task<IReadOnlyList<Observation>> DamagedAsync(
        PostgresSession session, CancellationToken cancellationToken)
    {
        var damaged = await session.ListAsync(
            """
            select id, status, coalesce(error, '') from backups where status in ('damaged', 'missing', 'untrusted')
            order by created_at desc limit 5
            """,
            row => (Id: row.GetString(0), Status: row.GetString(1), Error: row.GetString(2)), cancellationToken);
        var drills = await session.ListAsync(
            """
            select id, drill_error, drilled_at from backups
            where drilled_at = (select max(drilled_at) from backups) and drill_error is not null
            """,
            row => (Id: row.GetString(0), Error: row.GetString(1), At: row.GetFieldValue<DateTimeOffset>(2)), cancellationToken);
        return
        [
            .. damaged.Select(backup => new Observation(
                backup.Status == "untrusted" ? OperationCodes.BackupUntrusted : OperationCodes.BackupDamaged,
                $"The backup {backup.Id} is {backup.Status}. {DatabaseReader.Short(backup.Error)}".TrimEnd(),
                [new Evidence($"select status from backups where id = '{backup.Id}'", backup.Status, "verified")])
            {
                Subject = backup.Id,
            }),
            .. drills.Select(drill => new Observation(
                OperationCodes.Drill, $"The restore drill of the backup {drill.Id} failed: {DatabaseReader.Short(drill.Error)}",
                [new Evidence($"select drill_error from backups where id = '{drill.Id}'", DatabaseReader.Short(drill.Error), "null")])
            {
                Subject = drill.Id,
                Since = drill.At,
            }),
        ];
    }
}
