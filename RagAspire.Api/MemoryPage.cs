using System.Globalization;
using RagAspire.Api.Reports;
using RagAspire.Diagnosis.Memory;

namespace RagAspire.Api;

/// <summary>The memory report for people.</summary>
internal static class MemoryPage
{
    private static readonly ReportColumn[] Columns =
    [
        new("Part"), new("Window"), new("Verdict"), new("Level", IsNumber: true), new("Change per hour", IsNumber: true),
        new("Confidence", IsNumber: true), new("Samples", IsNumber: true), new("Reason"),
    ];

    public static Report Describe(MemoryReport report) => new(
        "Memory",
        new ReportStatus(Level(report.Trend), MemoryText.Trend(report.Trend), Summary(report)),
        report.At,
        [
            .. report.Services.Select(Section),
            .. report.Unknown.Take(1).Select(_ => NotExamined(report.Unknown)),
        ]);

    private static string Summary(MemoryReport report)
    {
        var growing = report.Services.Where(service => service.Trend == MemoryTrend.Growing).Select(service => service.Service)
            .ToList();
        return report.Services.Count == 0 ? "There are no samples yet."
            : growing.Count == 0 ? $"No growth that counts in {report.Services.Count} processes."
            : $"Memory keeps growing: {string.Join(", ", growing)}.";
    }

    private static ReportSection NotExamined(IReadOnlyList<string> reasons) =>
        new("Not examined", [new ReportList([.. reasons.Select(ReportCell.FromString)])]);

    private static ReportSection Section(ServiceMemory service)
    {
        var facts = new List<ReportFact>
        {
            new("Instance", service.Instance),
            new("Memory", service.Limit is { } limit ? $"{MemoryText.Bytes(service.WorkingSet)} of {MemoryText.Bytes(limit)}"
                : MemoryText.Bytes(service.WorkingSet)),
            new("Runs since", service.StartedAt?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
        };
        facts.AddRange(service.Parts.Where(part => part.Verdict.ToLimit is not null && part.Verdict.Trend == MemoryTrend.Growing)
            .Select(part => new ReportFact(
                $"Limit reached ({MemoryText.Span(part.Window)})",
                    $"in {MemoryText.Span(part.Verdict.ToLimit!.Likely)}: {MemoryText.Interval(part.Verdict.ToLimit)}")));
        var blocks = new List<ReportBlock>
        {
            new ReportFacts(facts),
            new ReportTable($"Verdicts on {service.Service}", Columns, [.. service.Parts.Select(Row)]),
        };
        if (service.Heap is { } heap)
        {
            blocks.Add(new ReportTable(
                $"Largest types of the heap dump of {heap.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {MemoryText.Bytes(heap.Bytes)}",
                [new("Type"), new("Bytes", IsNumber: true), new("Objects", IsNumber: true)],
                [.. heap.Types.Select(HeapRow)]));
        }

        blocks.Add(new ReportCode(string.Join('\n', service.Parts.Select(part => part.Query).Distinct())));
        return new ReportSection(service.Service, blocks)
        {
            Status = new ReportStatus(Level(service.Trend), MemoryText.Trend(service.Trend)),
        };
    }

    private static IReadOnlyList<ReportCell> Row(PartVerdict part) =>
    [
        part.Part,
        MemoryText.Span(part.Window),
        new ReportCell(MemoryText.Trend(part.Verdict.Trend), Level(part.Verdict.Trend)),
        part.Verdict.Level is { } level ? MemoryText.Value(part.Unit, level) : null,
        MemoryText.Rate(part),
        part.Verdict.Confidence?.ToString("P1", CultureInfo.InvariantCulture),
        part.Verdict.Samples.ToString(CultureInfo.InvariantCulture),
        part.Verdict.Reason,
    ];

    private static IReadOnlyList<ReportCell> HeapRow(HeapType type) =>
        [type.Name, MemoryText.Bytes(type.Bytes), type.Objects.ToString(CultureInfo.InvariantCulture)];

    private static ReportLevel Level(MemoryTrend trend) => trend switch
    {
        MemoryTrend.Growing => ReportLevel.Warning,
        MemoryTrend.InsufficientData => ReportLevel.Neutral,
        _ => ReportLevel.Good,
    };
}
