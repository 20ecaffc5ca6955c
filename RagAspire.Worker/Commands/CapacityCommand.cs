using System.CommandLine;
using System.Text.Json;
using RagAspire.Capacity;
using RagAspire.Capacity.Charts;

namespace RagAspire.Worker.Commands;

/// <summary><c>capacity</c>: the capacity plan on the terminal, as JSON, or with a chart of each figure as files.</summary>
internal static class CapacityCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var history = new Option<string>("--history")
        {
            Description = "How far to look back.",
            DefaultValueFactory = _ => CapacityQuestion.DefaultHistory,
        };
        var ahead = new Option<string>("--ahead")
        {
            Description = "How far to look ahead.",
            DefaultValueFactory = _ => CapacityQuestion.DefaultAhead,
        };
        var growth = new Option<string?>("--growth")
        {
            Description = "What if there were this many times as many requests, such as 3x.",
        };
        var documents = new Option<long?>("--documents") { Description = "What if there were this many documents." };
        var json = new Option<bool>("--json") { Description = "Write the whole plan as JSON." };
        var charts = new Option<string?>("--charts") { Description = "A folder for a chart (SVG and PNG) of each figure." };
        var command = new Command("capacity", "Projects what the system uses, and recommends what to do.")
        {
            history, ahead, growth, documents, json, charts,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            () => CapacityQuestion.Parse(
                parsed.GetValue(history), parsed.GetValue(ahead), parsed.GetValue(growth), parsed.GetValue(documents)),
            parsed.GetValue(json),
            parsed.GetValue(charts),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Func<CapacityRequest> request, bool json, string? charts, CancellationToken cancellationToken)
    {
        CapacityRequest asked;
        try
        {
            asked = request();
        }
        catch (FormatException ex)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return ExitCodes.Usage;
        }

        using var host = CommandHost.Create();
        try
        {
            var report = await host.Services.GetRequiredService<CapacityPlanner>().PlanAsync(asked, cancellationToken);
            if (charts is not null)
            {
                await WriteChartsAsync(report, charts, cancellationToken);
            }

            await Console.Out.WriteAsync(json ? $"{JsonSerializer.Serialize(report, Json)}\n" : CapacityText.Write(report));
            return ExitCodes.Success;
        }
        catch (TimeoutException ex)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return ExitCodes.Failed;
        }
    }

    private static async Task WriteChartsAsync(CapacityReport report, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var figure in report.Figures.Where(figure => figure.Series is not null))
        {
            var name = string.Concat($"{figure.Name}{figure.Subject}".Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter
                : '_'));
            await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.svg"), CapacityChart.Svg(figure), cancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), CapacityChart.Png(figure), cancellationToken);
        }
    }
}
