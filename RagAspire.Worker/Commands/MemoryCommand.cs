using System.CommandLine;
using System.Text.Json;
using RagAspire.Database;
using RagAspire.Diagnosis.Memory;
using RagAspire.Monitoring.Memory;

namespace RagAspire.Worker.Commands;

/// <summary><c>memory</c>: the verdicts on all services, or a watch of one process or container.</summary>
internal static class MemoryCommand
{
    private const string DurationHint = "such as 30s, 30m, 6h";

    public static Command Create()
    {
        var watch = new Option<string?>("--watch")
        {
            Description = "Watch a process (id or name) or a container (id or name) of this host.",
        };
        var duration = Duration("--for", "30m", "How long to watch");
        var every = Duration("--every", "30s", "The time between two samples");
        var warmUp = Duration("--warm-up", "5m", "The time after the start of the process that is not judged");
        var rule = new Option<string>("--rule")
        {
            Description = "trend, or halves: the second half against the first.",
            DefaultValueFactory = _ => "trend",
        };
        rule.AcceptOnlyFromAmong("trend", "halves");
        var json = new Option<bool>("--json") { Description = "Write the report as JSON." };
        var command = new Command(
            "memory", "Judges whether memory leaks: of all services, or of one process or container that is watched.")
        {
            watch, duration, every, warmUp, rule, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new MemoryLeakOptions
            {
                Rule = EnumWords.Read<LeakRule>(parsed.GetRequiredValue(rule)),
                WarmUp = Durations.Parse(parsed.GetRequiredValue(warmUp)) ?? TimeSpan.Zero,
            };
            return parsed.GetValue(watch) is { } target
                ? await WatchAsync(
                    target, Parsed(parsed.GetRequiredValue(duration)), Parsed(parsed.GetRequiredValue(every)), options,
                    cancellationToken)
                : await ReportAsync(parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    private static Option<string> Duration(string name, string standard, string description)
    {
        var option = new Option<string>(name)
        {
            Description = $"{description}, {DurationHint}.",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && text != "0" && Durations.Parse(text) is null)
            {
                result.AddError($"{name} '{text}' is no time; write it {DurationHint}.");
            }
        });
        return option;
    }

    private static TimeSpan Parsed(string text) =>
        Durations.Parse(text) ?? throw new CommandException($"'{text}' is too short.", ExitCodes.Usage);

    private static async Task<int> WatchAsync(
        string target, TimeSpan duration, TimeSpan every, MemoryLeakOptions options, CancellationToken cancellationToken)
    {
        if (await WatchedMemory.FindAsync(target, cancellationToken) is not { } watched)
        {
            await Console.Error.WriteLineAsync($"There is no process and no container '{target}' on this host.");
            return ExitCodes.Usage;
        }

        var watch = new MemoryWatch(watched, TimeProvider.System, Console.Out);
        return ExitCode((await watch.RunAsync(duration, every, options, cancellationToken)).Trend);
    }

    private static async Task<int> ReportAsync(bool asJson, CancellationToken cancellationToken)
    {
        try
        {
            using var host = await CommandHost.CreateAsync(cancellationToken);
            var report = await host.Services.GetRequiredService<MemoryDiagnosis>().ExamineAsync(window: null, cancellationToken);
            Console.WriteLine(
                asJson ? JsonSerializer.Serialize(report, JsonSerializerOptions.Web)
                    : string.Join(Environment.NewLine, Lines(report)));
            return ExitCode(report.Trend);
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            await Console.Error.WriteLineAsync($"The database cannot be reached: {ex.Message}");
            return ExitCodes.Unreachable;
        }
    }

    private static IEnumerable<string> Lines(MemoryReport report) =>
        report.Services.Count == 0
            ? report.Unknown.Append("There are no samples of memory yet.")
            : report.Services.SelectMany(service => service.Parts
                .Where(part => part.Window == service.Parts[0].Window || part.Verdict.Trend == MemoryTrend.Growing)
                .Select(part =>
                    $"{service.Service,-20} {part.Part,-14} {MemoryText.Span(part.Window),-11} "
                    + $"{MemoryText.Trend(part.Verdict.Trend),-18} {MemoryText.Rate(part)}"))
            .Concat(report.Unknown);

    private static int ExitCode(MemoryTrend trend) => trend switch
    {
        MemoryTrend.Growing => ExitCodes.Failed,
        MemoryTrend.InsufficientData => ExitCodes.Skipped,
        _ => ExitCodes.Success,
    };
}
