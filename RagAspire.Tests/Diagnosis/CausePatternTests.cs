using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Causes;
using RagAspire.Diagnosis.Machine;
using RagAspire.Embedded;

namespace RagAspire.Tests.Diagnosis;

/// <summary>
/// Troubles of traffic and of stages are recognised from an hour of the process' own meters, alone and in pairs, and a
/// loaded system without trouble has none.
/// </summary>
public sealed class CausePatternTests
{
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(50);
    private static readonly TimeSpan Trouble = TimeSpan.FromMinutes(8);

    private static readonly Dictionary<string, Func<Traffic, Traffic>> Troubles = new()
    {
        [CauseFindings.Model] = traffic => traffic with { ModelSeconds = 40 },
        [CauseFindings.Index] = traffic =>
            traffic with { SearchSeconds = 4, IndexShare = .9, EmbeddingShare = .02, DatabaseShare = .02 },
        [CauseFindings.Embedding] = traffic =>
            traffic with { SearchSeconds = 4, EmbeddingShare = .85, IndexShare = .02, DatabaseShare = .03 },
        [CauseFindings.Database] = traffic =>
            traffic with { SearchSeconds = 4, DatabaseShare = .9, IndexShare = .02, EmbeddingShare = .02 },
        [CauseFindings.Ingestion] = traffic => traffic with { OldestDocument = 1500, EmbedStage = 20 },
        [CauseFindings.HotRoute] = traffic => traffic with { Hot = 60, FailedShare = traffic.FailedShare + .08 },
        [CauseFindings.Flood] = traffic => traffic with { Flood = 60, RefusedShare = .5 },
        [CauseFindings.Stampede] = traffic => traffic with { HitShare = .05, Searches = traffic.Searches * 1.5 },
        [CauseFindings.RetryStorm] = traffic => traffic with { Searches = 60, FailedShare = .6 },
    };

    /// <summary>Pairs whose traffic does not contradict: two bottlenecks of the same searches cannot both be the worst.</summary>
    public static TheoryData<string, string> Pairs
    {
        get
        {
            string[] bottlenecks = [CauseFindings.Index, CauseFindings.Embedding, CauseFindings.Database];
            var pairs = new TheoryData<string, string>();
            foreach (var (first, second) in Troubles.Keys.SelectMany(first => Troubles.Keys
                .Where(second => string.CompareOrdinal(first, second) < 0)
                .Where(second => !(bottlenecks.Contains(first) && bottlenecks.Contains(second)))
                .Where(second => !(IsVolume(first) && IsVolume(second)))
                .Select(second => (first, second))))
            {
                pairs.Add(first, second);
            }

            return pairs;
        }
    }

    public static TheoryData<string> Codes => [.. Troubles.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_trouble_is_the_first_finding_in_twenty_of_twenty_runs(string code)
    {
        var first = new List<string?>();
        for (var seed = 0; seed < 20; seed++)
        {
            using var rig = new TrafficRig(seed);
            rig.Run(Before, new Traffic(), growth: 1.3);
            rig.Run(Trouble, Troubles[code](new Traffic()));
            first.Add((await rig.DiagnoseAsync()).Findings is [var worst, ..] ? worst.Code : null);
        }

        Assert.All(first, found => Assert.Equal(code, found));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Two_troubles_at_once_are_both_among_the_first_three(string one, string other)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            using var rig = new TrafficRig(seed);
            rig.Run(Before, new Traffic(), growth: 1.3);
            rig.Run(Trouble, Troubles[one](Troubles[other](new Traffic())));
            var found = (await rig.DiagnoseAsync()).Findings.Select(finding => finding.Code).Take(3).ToList();
            Assert.Contains(one, found);
            Assert.Contains(other, found);
        }
    }

    [Fact]
    public async Task A_healthy_loaded_system_has_no_finding_in_a_hundred_runs()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            using var rig = new TrafficRig(seed);
            var load = 1 + (seed % 7);
            var traffic = new Traffic { Searches = 4 * load, Answers = .2 * load, HitShare = .5 + (.04 * (seed % 10)) };
            rig.Run(TimeSpan.FromMinutes(30), traffic, growth: 1 + (seed % 4));
            rig.Run(TimeSpan.FromMinutes(10), traffic with { Searches = traffic.Searches * 2, ModelSeconds = 5 });
            rig.Run(TimeSpan.FromMinutes(18), traffic);
            Assert.Empty((await rig.DiagnoseAsync()).Findings.Select(finding => $"{seed}: {finding.Code} {finding.Symptom}"));
        }
    }

    [Fact]
    public async Task The_share_of_a_stage_and_its_evidence_agree()
    {
        using var rig = new TrafficRig(1);
        rig.Run(Before, new Traffic());
        rig.Run(Trouble, new Traffic { ModelSeconds = 40 });
        var report = await rig.DiagnoseAsync();
        var model = report.Stages.Single(stage => stage is { Flow: "answers", Stage: "model" });
        Assert.InRange(model.Share, .98, 1);
        Assert.Contains("of the time of answers is the stage model", report.Findings[0].Symptom, StringComparison.Ordinal);
        Assert.Equal(
            "clamp_max(avg_over_time((sum (rate(rag_llm_response_duration_seconds_sum{job=\"ragaspire-api\"}[60s])))[120s:10s])"
            + " / avg_over_time((sum (rate(rag_answer_duration_seconds_sum{job=\"ragaspire-api\"}[60s])))[120s:10s]), 1)",
            model.Query);
    }

    [Fact]
    public async Task A_Prometheus_that_is_away_is_told_beside_what_the_meters_show()
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        using var rig = new TrafficRig(1, address);
        await Assert.ThrowsAsync<ProbeException>(rig.ProbeAsync);
        rig.Run(Before, new Traffic());
        rig.Run(Trouble, Troubles[CauseFindings.Model](new Traffic()));

        var partly = await Assert.ThrowsAsync<ProbeException>(rig.ProbeAsync);
        Assert.Equal([CauseFindings.Model], partly.Observations.Select(observation => observation.Code));
        Assert.Contains(address, partly.Message, StringComparison.Ordinal);
        Assert.Contains("the meters of this process", partly.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_measure_that_changed_most_is_ranked_first_with_the_time_of_the_change()
    {
        using var rig = new TrafficRig(2);
        rig.Run(Before, new Traffic());
        rig.Run(Trouble, new Traffic { ModelSeconds = 40 });
        var report = await rig.DiagnoseAsync();
        Assert.Contains(
            report.Changes.Take(5), change => change.Query.Contains("rag_llm_response_duration", StringComparison.Ordinal));
        var start = report.At - Trouble;
        Assert.All(report.Changes.Take(3), change => Assert.InRange(change.At, start.AddMinutes(-1), start.AddMinutes(1)));
    }

    [Fact]
    public async Task What_follows_from_a_trouble_of_the_machine_is_folded_under_it()
    {
        using var rig = new TrafficRig(3);
        rig.Run(Before, new Traffic());
        rig.Run(Trouble, Troubles[CauseFindings.Embedding](new Traffic()));
        var report = await rig.DiagnoseAsync(new Observation(MachineFindings.Cpu, "95 % of the processors are used.", []));
        Assert.Equal(MachineFindings.Cpu, report.Findings[0].Code);
        Assert.All(report.Findings.Skip(1), finding => Assert.Equal(MachineFindings.Cpu, finding.SuppressedBy));
    }

    private static bool IsVolume(string code) =>
        code is CauseFindings.HotRoute or CauseFindings.Flood or CauseFindings.Stampede or CauseFindings.RetryStorm;
}
