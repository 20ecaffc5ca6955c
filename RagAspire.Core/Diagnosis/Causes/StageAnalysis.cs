namespace RagAspire.Diagnosis.Causes;

/// <summary>A flow whose time is made of stages.</summary>
internal sealed record Flow(
    string Name, Measure Busy, Measure P95, IReadOnlyList<(string Name, Measure Busy, Measure P95, string Code)> Stages);

/// <summary>Says which stage takes the time of a flow, and whether that is a bottleneck.</summary>
internal static class StageAnalysis
{
    private const double MinBusy = .001;

    private static readonly IReadOnlyList<Flow> Flows =
    [
        new("answers", Measures.AnswersBusy, Measures.AnswersP95,
        [
            ("model", Measures.ModelBusy, Measures.ModelP95, CauseFindings.Model),
            ("search", Measures.IndexBusy, Measures.IndexP95, CauseFindings.Index),
            ("embedding", Measures.EmbeddingBusy, Measures.EmbeddingP95, CauseFindings.Embedding),
            ("database", Measures.DatabaseBusy, Measures.DatabaseP95, CauseFindings.Database),
        ]),
        new("searches", Measures.SearchesBusy, Measures.SearchesP95,
        [
            ("index", Measures.IndexBusy, Measures.IndexP95, CauseFindings.Index),
            ("embedding", Measures.EmbeddingBusy, Measures.EmbeddingP95, CauseFindings.Embedding),
            ("database", Measures.DatabaseBusy, Measures.DatabaseP95, CauseFindings.Database),
        ]),
    ];

    /// <summary>The share of each stage in the time of its flow, the largest first.</summary>
    public static IReadOnlyList<StageShare> Shares(MeasureSet measures) =>
    [
        .. Flows.SelectMany(flow => flow.Stages.Select(stage => Share(measures, flow, stage.Name, stage.Busy, stage.P95)))
            .Concat(IngestionShares(measures))
            .OfType<StageShare>()
            .OrderBy(share => share.Flow, StringComparer.Ordinal)
            .ThenByDescending(share => share.Share),
    ];

    public static IEnumerable<Observation> Bottlenecks(MeasureSet measures)
    {
        (Flow Flow, TimeSpan Limit)[] slow = [(Flows[0], measures.Options.SlowAnswer), (Flows[1], measures.Options.SlowSearch)];
        return slow.Select(flow => Bottleneck(measures, flow.Flow, flow.Limit)).OfType<Observation>()
            .DistinctBy(observation => observation.Code)
            .Concat(Ingestion(measures));
    }

    private static Observation? Bottleneck(MeasureSet measures, Flow flow, TimeSpan limit)
    {
        var p95 = measures.Now(flow.P95);
        if (p95 <= limit.TotalSeconds)
        {
            return null;
        }

        var stages = flow.Stages
            .Select(stage => (
                stage.Code, Share: Share(measures, flow, stage.Name, stage.Busy, stage.P95), Busy: measures.Now(stage.Busy)))
            .Where(stage => stage.Share is not null)
            .ToList();
        if (stages.Count == 0 || stages.MaxBy(stage => stage.Busy) is not { Share: { } share } worst
            || 100 * share.Share < measures.Options.BottleneckPercent)
        {
            return null;
        }

        var waiting = measures.Now(Measures.Active);
        return new Observation(
            worst.Code,
            $"{Quantity.Percent(share.Share)} of the time of {flow.Name} is the stage {share.Stage}: their p95 is {Quantity.Seconds(p95)}"
            + $", that of the stage {Quantity.Seconds(share.P95Seconds ?? 0)}; {Quantity.Number(waiting)} requests are open.",
            [
                measures.Evidence(
                    share.Query, Quantity.Percent(share.Share), Quantity.Percent(measures.Options.BottleneckPercent / 100)),
                measures.Evidence(measures.Recent(flow.P95), Quantity.Seconds(p95), Quantity.Seconds(limit.TotalSeconds)),
                measures.Evidence(measures.Recent(Measures.Active), Quantity.Number(waiting)),
            ])
        {
            Subject = flow.Name,
            Since = measures.Since(flow.P95),
        };
    }

    private static IEnumerable<Observation> Ingestion(MeasureSet measures)
    {
        var age = measures.Now(Measures.OldestDocument);
        if (age > measures.Options.SlowIngestion.TotalSeconds
            && IngestionShares(measures).MaxBy(share => share!.Share) is { } share)
        {
            yield return new Observation(
                CauseFindings.Ingestion,
                $"{Quantity.Number(measures.Now(Measures.QueueDepth))} documents wait, the oldest for {Quantity.Seconds(age)}; "
                + $"{Quantity.Percent(share.Share)} of the time of ingestion is the stage {share.Stage}.",
                [
                    measures.Evidence(
                        measures.Recent(Measures.OldestDocument), Quantity.Seconds(age),
                        Quantity.Seconds(measures.Options.SlowIngestion.TotalSeconds)),
                    measures.Evidence(share.Query, Quantity.Percent(share.Share)),
                ])
            {
                Subject = share.Stage,
            };
        }
    }

    private static StageShare? Share(MeasureSet measures, Flow flow, string name, Measure busy, Measure p95)
    {
        var whole = measures.Now(flow.Busy);
        var part = measures.Now(busy);
        return whole < MinBusy || part <= 0 ? null : new StageShare(
            flow.Name,
            name,
            Math.Min(1, part / whole),
            measures.Now(p95),
            measures.Now(flow.P95),
            $"clamp_max({measures.Recent(busy)} / {measures.Recent(flow.Busy)}, 1)");
    }

    private static IReadOnlyList<StageShare?> IngestionShares(MeasureSet measures)
    {
        var stages = measures.Of(Measures.StagesBusy).Select(stage => (stage.Label, Busy: stage.Now)).ToList();
        var whole = stages.Sum(stage => stage.Busy);
        return whole < MinBusy ? [] :
        [
            .. stages.Where(stage => stage.Busy > 0).Select(stage => new StageShare(
                "ingestion", stage.Label, stage.Busy / whole, null, null,
                $"{measures.RecentSum(Measures.StagesBusy, Measures.StagesBusy.Matcher(stage.Label))} / {measures.RecentSum(Measures.StagesBusy)}")),
        ];
    }
}
