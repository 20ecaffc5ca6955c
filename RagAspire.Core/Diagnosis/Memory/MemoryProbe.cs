using System.Globalization;

namespace RagAspire.Diagnosis.Memory;

/// <summary>Finds services whose memory keeps growing.</summary>
public sealed class MemoryProbe(MemoryDiagnosis memory) : IProbe
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(1);

    private static readonly Dictionary<string, string> Codes = new()
    {
        ["working set"] = MemoryFindings.WorkingSet,
        ["managed"] = MemoryFindings.Managed,
        ["native"] = MemoryFindings.Native,
        ["large objects"] = MemoryFindings.LargeObjects,
        ["handles"] = MemoryFindings.Handles,
        ["threads"] = MemoryFindings.Threads,
    };

    public string Name => "memory";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var report = await memory.ExamineAsync(window: null, cancellationToken);
        if (report.Services.Count == 0 && report.Unknown is [var reason, ..])
        {
            throw new ProbeException(reason);
        }

        return ProbeException.Unless(report.Unknown, [.. report.Services.SelectMany(Observe)]);
    }

    private static IEnumerable<Observation> Observe(ServiceMemory service)
    {
        var growing = service.Parts.Where(part => part.Verdict.Trend == MemoryTrend.Growing)
            .GroupBy(part => part.Part)
            .Select(windows => windows.MaxBy(part => part.Verdict.Confidence)!)
            .ToList();
        foreach (var part in growing)
        {
            yield return new Observation(Codes[part.Part], Symptom(service, part), [Evidence(part)])
            {
                Subject = service.Service,
                Since = service.LastSample - part.Window,
                Cause = part.Part == "managed" && service.Heap is { Types: [var top, ..] }
                    ? $"Most of the heap is {top.Name}: {MemoryText.Bytes(top.Bytes)} in {top.Objects} objects." : null,
            };
        }

        if (growing.FirstOrDefault(part => part.Verdict.ToLimit?.Likely < Soon) is { Verdict.ToLimit: { } end } near)
        {
            yield return new Observation(
                MemoryFindings.LimitNear,
                $"{service.Service} reaches its limit of {MemoryText.Bytes(service.Limit ?? 0)} in "
                    + $"{MemoryText.Span(end.Likely)} ({MemoryText.Interval(end)}).",
                [Evidence(near)])
            {
                Subject = service.Service,
            };
        }
    }

    private static string Symptom(ServiceMemory service, PartVerdict part) => string.Create(
        CultureInfo.InvariantCulture,
        $"The {part.Part} of {service.Service} grows by {MemoryText.Rate(part)}, "
        + $"with a confidence of {part.Verdict.Confidence:P0}. {part.Verdict.Reason}");

    private static Evidence Evidence(PartVerdict part) => new(part.Query, MemoryText.Rate(part), "no significant growth");
}
