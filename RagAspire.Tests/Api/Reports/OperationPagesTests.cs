using RagAspire.Api;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api.Reports;

/// <summary>The pages for operators in a browser.</summary>
public sealed class OperationPagesTests(Stores stores, SharedSystem shared, Browser browser)
{
    [Theory]
    [InlineData("diagnostics", "diagnostics?format=html", "Figures", "Examined")]
    [InlineData("database", "diagnostics/database?format=html", "connections at most")]
    [InlineData("memory", "memory?format=html", "Memory")]
    [InlineData("capacity", "capacity?format=html", "Recommendations", "What is not known")]
    [InlineData("usage", "usage?format=html", "Tokens")]
    public async Task A_page_of_a_running_system_is_sound(string name, string path, params string[] texts)
    {
        var system = await shared.SystemAsync(stores);
        await browser.AssertSoundAsync(
            name, new Uri(system.Api.Address, $"/api/v1/operations/{path}").ToString(), RagSystem.Key, texts);
    }

    [Fact]
    public async Task A_finding_is_shown_with_its_evidence_and_what_follows_from_it()
    {
        var at = new DateTimeOffset(2026, 11, 29, 3, 0, 0, TimeSpan.Zero);
        var findings = FindingRanking.Rank(
        [
            new Observation(
                PostgresCodes.SlowStatements, "The statement takes 4 s.",
                [new Evidence("select mean_exec_time from pg_stat_statements", "4,000 ms", "1,000 ms")]),
            new Observation(
                PostgresCodes.Statistics, "90 % of the rows changed since the last analyze.",
                [new Evidence($"select {new string('n', 300)} from pg_stat_user_tables", "90 %", "50 %")])
            {
                Subject = "documents",
                Since = at.AddHours(-1),
            },
        ]);
        var report = new DiagnosisReport(
            DiagnosisStatus.Warning, at, at.AddHours(-1), TookMs: 812, findings,
            [new ProbeResult("postgresql", DiagnosisStatus.Warning, 40, Reason: null)])
        {
            MeasuredBy = "Prometheus",
            Figures = [new Figure("disks", "space", "/data", 43.2, 90, "%", "df /data")],
            Stages = [new StageShare("answers", "model", .82, 4.2, 5.1, "sum(rate(x[5m])) / sum(rate(y[5m]))")],
            Changes = [new MeasureChange("rag_queue_age_seconds", 1, 40, 12, at.AddMinutes(-20))],
        };

        await browser.AssertSoundAsync(
            "findings", DiagnosisPage.Describe(report),
            PostgresCodes.Statistics, "Follows from it: Statements are slow", "4,000 ms", "82 %", "43.2 %");
    }
}
