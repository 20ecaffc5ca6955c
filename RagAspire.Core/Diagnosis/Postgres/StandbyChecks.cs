using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>Commits that wait for a synchronous standby.</summary>
internal static partial class StandbyChecks
{
    private const string Names = "show synchronous_standby_names";

    private const string Connected =
        "select application_name, state, sync_state from pg_stat_replication where state <> 'backup' order by application_name";

    private const string Waiting = """
        select pid, extract(epoch from clock_timestamp() - query_start)::float8, query_start
        from pg_stat_activity where wait_event = 'SyncRep' order by query_start
        """;

    public static async Task<IReadOnlyList<Observation>> SynchronousAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        // Elsewhere the names have no effect, and without pg_monitor the standbys cannot be seen.
        var mayWait = await session.ScalarAsync<bool>(
            """
            select not pg_is_in_recovery() and current_setting('max_wal_senders')::int > 0
                and current_setting('synchronous_commit') not in ('off', 'local')
                and not exists (select from pg_stat_replication where state is null)
            """, cancellationToken);
        var names = mayWait ? await session.ScalarAsync<string>(Names, cancellationToken) : "";
        if (string.IsNullOrWhiteSpace(names))
        {
            return [];
        }

        var standbys = await session.ListAsync(
            Connected, row => new Standby(row.GetString(0), row.GetString(1), row.GetString(2)), cancellationToken);
        var waits = await session.ListAsync(
            Waiting, row => new Wait(row.GetDouble(1), row.GetFieldValue<DateTimeOffset>(2)), cancellationToken);
        var (needed, synchronous) = (Needed(names), standbys.Count(standby => standby.IsSynchronous));
        var isSlow = waits is [var oldest, ..] && oldest.Seconds >= options.CommitWait.TotalSeconds;
        return synchronous >= needed && !isSlow ? [] : [new Observation(
            PostgresCodes.SynchronousStandby,
            string.Create(CultureInfo.InvariantCulture, $"{synchronous} of {needed} synchronous standbys follow, and {Describe(waits)} for them."),
            [
                new Evidence(Names, names),
                new Evidence(Connected, standbys.Count == 0 ? "none" : string.Join(", ", standbys),
                    string.Create(CultureInfo.InvariantCulture, $"{needed} with sync or quorum")),
                new Evidence(Waiting, Describe(waits), Quantity.Seconds(options.CommitWait.TotalSeconds)),
            ])
        {
            Cause = synchronous < needed
                ? null
                : "Enough standbys are connected, and they do not confirm in time: look at their disks, and at the network between.",
            Since = waits.FirstOrDefault()?.Since,
        }];
    }

    private static int Needed(string names) => Number().Match(names) is { Success: true } number
        ? int.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture)
        : 1;

    private static string Describe(List<Wait> waits) => waits is [var oldest, ..]
        ? string.Create(CultureInfo.InvariantCulture, $"{waits.Count} commits wait, the longest {oldest.Seconds:0} s,")
        : "no commit waits";

    [GeneratedRegex(@"^\s*(?:(?:first|any)\s+)?(\d+)\s*\(", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    private sealed record Standby(string Name, string State, string Mode)
    {
        public bool IsSynchronous => Mode is "sync" or "quorum";

        public override string ToString() => $"{Name} ({State}, {Mode})";
    }

    private sealed record Wait(double Seconds, DateTimeOffset Since);
}
