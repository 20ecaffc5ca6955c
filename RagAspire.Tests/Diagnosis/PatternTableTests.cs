using System.Diagnostics;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Ingestion;
using RagAspire.Diagnosis.Jobs;
using RagAspire.Diagnosis.Machine;
using RagAspire.Diagnosis.Memory;
using RagAspire.Diagnosis.Models;
using RagAspire.Diagnosis.Operations;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Diagnosis.Redis;
using RagAspire.Diagnosis.VectorIndex;
using RagAspire.Tests.Diagnosis.Patterns;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Diagnosis;

/// <summary>
/// Troubles of a running system, each alone and together with its neighbours in a ring: a cause is made beside the one before it,
/// which is then undone.
/// </summary>
public sealed class PatternTableTests(Stores stores)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The ring: neighbours are of different areas, and neither follows from the other.</summary>
    private static readonly string[] Ring =
    [
        PostgresCodes.Locks, RedisCodes.Login, MachineFindings.Memory, PostgresCodes.Connections,
        IndexCodes.OutOfStep, JobCodes.NoServer, PostgresCodes.InvalidIndex, ModelCodes.Missing,
        RedisCodes.Slow, IngestionCodes.Failing, IndexCodes.Red, OperationCodes.BackupOld,
        PostgresCodes.DeadRows, JobCodes.Failing, RedisCodes.Memory, IngestionCodes.Poison,
        MachineFindings.DataDisk, OperationCodes.Expired, PostgresCodes.Migration, RedisCodes.Persistence,
        PostgresCodes.Replication, ModelCodes.Failing, JobCodes.Overdue, IndexCodes.Queue,
        MemoryFindings.WorkingSet, PostgresCodes.IdleInTransaction, OperationCodes.BackupUntrusted, JobCodes.QueueLong,
        IndexCodes.Login, MachineFindings.Handles, PostgresCodes.Refused, RedisCodes.Clients,
        JobCodes.Stuck, IndexCodes.Unreachable, PostgresCodes.Statistics, IngestionCodes.Waiting,
        ModelCodes.Cold, OperationCodes.BackupDamaged,
    ];

    private readonly List<string> _misses = [];

    [Fact]
    public async Task Each_trouble_is_the_first_finding_and_of_two_both_are_among_the_first_three()
    {
        await using var rig = await PatternRig.StartAsync(stores);
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{rig.Redis.Address},allowAdmin=true,syncTimeout=30000");
        var stored = new StoredPatterns(rig.Cluster);
        var known = new DatabasePatterns(rig.Cluster).All().Concat(stored.All()).Concat(new ServerPatterns(rig, redis).All())
            .ToDictionary(pattern => pattern.Code);
        Assert.Empty(known.Keys.Except(Ring));
        var ring = Ring.Where(known.ContainsKey).Select(code => known[code]).ToList();
        Assert.All(ring.Zip(ring.Skip(1).Append(ring[0])), pair => AssertIndependent(pair.First, pair.Second));

        await ExpectAsync(rig, "a healthy system", codes => codes.Count == 0);
        await rig.StopWorkerAsync();
        await ExpectAsync(rig, "a worker that has ended", codes => codes is [JobCodes.NoServer]);
        await stored.RegisterWorkerAsync();

        await ring[0].Cause();
        await AloneAsync(rig, ring[0], before: ring[^1]);
        foreach (var (before, next) in ring.Zip(ring.Skip(1).Append(ring[0])))
        {
            await next.Cause();
            await ExpectAsync(
                rig, $"{before.Code} and {next.Code}",
                codes => codes.Take(3).Contains(before.Code) && codes.Take(3).Contains(next.Code));
            await before.Undo();
            await AloneAsync(rig, next, before);
        }

        await ring[0].Undo();
        await ExpectAsync(rig, "a mended system", codes => codes.Count == 0);
        Assert.Empty(_misses);
    }

    private static void AssertIndependent(Pattern one, Pattern other)
    {
        Assert.NotEqual(one.Area, other.Area);
        Assert.False(FindingRanking.Explains(one.Code, other.Code), $"{one.Code} explains {other.Code}.");
        Assert.False(FindingRanking.Explains(other.Code, one.Code), $"{other.Code} explains {one.Code}.");
    }

    private Task AloneAsync(PatternRig rig, Pattern pattern, Pattern before) => ExpectAsync(
        rig, $"{pattern.Code} alone", codes => codes is [var first, ..] && first == pattern.Code && !codes.Contains(before.Code));

    /// <summary>Diagnoses until the findings are as expected, or notes what they are instead.</summary>
    private async Task ExpectAsync(PatternRig rig, string what, Func<IReadOnlyList<string>, bool> isExpected)
    {
        var startedAt = Stopwatch.GetTimestamp();
        while (true)
        {
            var codes = await rig.CodesAsync();
            if (isExpected(codes))
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(startedAt) > Patience)
            {
                _misses.Add($"{what}: {string.Join(", ", codes)}");
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }
    }
}
