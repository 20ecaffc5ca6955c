using System.Globalization;
using RagAspire.Api.Reports;
using RagAspire.Diagnosis;

namespace RagAspire.Api;

/// <summary>A diagnosis as a page or text: each cause with what follows from it, then what was examined.</summary>
internal static class DiagnosisPage
{
    public static Report Describe(DiagnosisReport report)
    {
        var causes = report.Findings.Where(finding => finding.SuppressedBy is null).ToList();
        return new Report(
            "Diagnosis",
            new ReportStatus(Level(report.Status), report.Status.Word(), Summary(report, causes)),
            report.At,
            [
                .. causes.Select(cause => Section(cause, report.Findings.Where(finding => finding.SuppressedBy == cause.Code))),
                .. Stages(report),
                .. Changes(report),
                .. Figures(report),
                Probes(report),
            ]);
    }

    private static string Summary(DiagnosisReport report, List<Finding> causes)
    {
        var unknown = report.Probes.Count(probe => probe.Reason is not null);
        var notExamined = unknown == 0 ? "" : $" {unknown} of {report.Probes.Count} parts could not be examined, or not wholly.";
        return (causes.Count, report.Findings.Count) switch
        {
            _ when report.NotMade is { } reason => reason,
            (0, _) => $"Nothing wrong was found.{notExamined}",
            (1, 1) => $"{causes[0].Title}.{notExamined}",
            var (first, all) => $"{first} {(first == 1 ? "cause" : "causes")} of {all} findings; the first: {causes[0].Title}.{notExamined}",
        };
    }

    /// <summary>A finding with what follows from it.</summary>
    public static ReportSection Section(Finding finding, IEnumerable<Finding> consequences)
    {
        var title = finding.Subject is { } subject ? $"{finding.Title} ({subject})" : finding.Title;
        List<ReportFact> facts =
        [
            new("Code", new ReportCell(finding.Code, Href: finding.Runbook)),
            new("Impact", finding.Impact),
            new("Cause", finding.Cause),
        ];
        if (finding.Since is { } since)
        {
            facts.Add(new ReportFact("Since", since.ToString("u", CultureInfo.InvariantCulture)));
        }

        return new ReportSection(title,
        [
            new ReportText(finding.Symptom),
            new ReportFacts(facts),
            new ReportTable(
                "Evidence",
                [new ReportColumn("Query"), new ReportColumn("Value"), new ReportColumn("Limit")],
                [.. finding.Evidence.Select(row => new ReportCell[] { row.Query, Value(row), row.Limit })]),
            new ReportList([.. finding.Actions.Select(ReportCell.FromString)], IsOrdered: true),
        ])
        {
            Status = new ReportStatus(Level(finding.Severity), finding.Severity.Word()),
            Sections =
            [
                .. consequences.Select(consequence => Section(consequence, []) with
                {
                    Title = $"Follows from it: {consequence.Title}{(consequence.Subject is { } of ? $" ({of})" : "")}",
                }),
            ],
        };
    }

    private static IEnumerable<ReportSection> Stages(DiagnosisReport report) => report.Stages.Count == 0 ? [] :
    [
        new ReportSection("Where the time goes",
        [
            new ReportTable(
                $"Stages of requests and of ingestion, by {report.MeasuredBy}",
                [
                    new ReportColumn("Flow"), new ReportColumn("Stage"), new ReportColumn("Share of the time", IsNumber: true),
                    new ReportColumn("p95", IsNumber: true), new ReportColumn("p95 of the flow", IsNumber: true), new ReportColumn("Query"),
                ],
                [
                    .. report.Stages.Select(stage => new ReportCell[]
                    {
                        stage.Flow, stage.Stage, Percent(stage.Share), Seconds(stage.P95Seconds),
                        Seconds(stage.FlowP95Seconds), stage.Query,
                    }),
                ]),
        ]),
    ];

    private static IEnumerable<ReportSection> Changes(DiagnosisReport report) => report.Changes.Count == 0 ? [] :
    [
        new ReportSection("What changed",
        [
            new ReportTable(
                $"Measures before and after the start of the trouble, the strongest change first, by {report.MeasuredBy}",
                [
                    new ReportColumn("Measure"), new ReportColumn("Before", IsNumber: true), new ReportColumn("After", IsNumber: true),
                    new ReportColumn("Score", IsNumber: true), new ReportColumn("Since"),
                ],
                [
                    .. report.Changes.Select(change => new ReportCell[]
                    {
                        change.Query, Number(change.Before), Number(change.After), Number(change.Score),
                        change.At.ToString("u", CultureInfo.InvariantCulture),
                    }),
                ]),
        ]),
    ];

    private static IEnumerable<ReportSection> Figures(DiagnosisReport report) => report.Figures.Count == 0 ? [] :
    [
        new ReportSection("Figures",
        [
            new ReportTable(
                "What was read, beside its limit",
                [
                    new ReportColumn("Part"), new ReportColumn("Figure"), new ReportColumn("Of"), new ReportColumn("Value", IsNumber: true),
                    new ReportColumn("Limit", IsNumber: true), new ReportColumn("Query"),
                ],
                [
                    .. report.Figures.Select(figure => new ReportCell[]
                    {
                        figure.Probe, figure.Name, figure.Of, figure.Show(figure.Value), figure.Show(figure.Limit), figure.Query,
                    }),
                ]),
        ]),
    ];

    private static ReportSection Probes(DiagnosisReport report) => new("Examined",
    [
        new ReportTable(
            "Parts of the system",
            [new ReportColumn("Part"), new ReportColumn("State"), new ReportColumn("Time", IsNumber: true), new ReportColumn("Reason")],
            [
                .. report.Probes.Select(probe => new ReportCell[]
                {
                    probe.Name, new(probe.Status.Word(), Level(probe.Status)), $"{Number(probe.TookMs)} ms", probe.Reason ?? "",
                }),
            ]),
        new ReportText($"From {report.Since:u} to {report.At:u}, in {Number(report.TookMs)} ms."),
    ]);

    public static ReportLevel Level(DiagnosisStatus status) => status switch
    {
        DiagnosisStatus.Healthy => ReportLevel.Good,
        DiagnosisStatus.Critical => ReportLevel.Critical,
        _ => ReportLevel.Warning,
    };

    private static ReportLevel Level(FindingSeverity severity) =>
        severity == FindingSeverity.Critical ? ReportLevel.Critical : ReportLevel.Warning;

    private static string Value(Evidence row) => row.Source is { } source ? $"{row.Value} (by {source})" : row.Value;

    private static string Number(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);

    private static string Percent(double share) => $"{(100 * share).ToString("0", CultureInfo.InvariantCulture)} %";

    private static string Seconds(double? seconds) => seconds is { } value ? $"{Number(value)} s" : "–";
}
