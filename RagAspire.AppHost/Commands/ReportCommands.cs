using System.Text;

namespace RagAspire.AppHost.Commands;

/// <summary>The commands that show the reports on memory, capacity and usage.</summary>
internal static class ReportCommands
{
    public static IResourceBuilder<ProjectResource> WithReportCommands(
        this IResourceBuilder<ProjectResource> api, ApiAccess access) => api
        .WithReportCommand(
            access,
            ("memory", "Judge the memory"),
            "Says of every service and store whether its memory keeps growing, and when it would reach its limit.",
            "DataUsage",
            new InteractionInput
            {
                Name = "window",
                Label = "Window",
                InputType = InputType.Text,
                Placeholder = "the last hour and the last day, or 6h",
            })
        .WithReportCommand(
            access,
            ("capacity", "Plan the capacity"),
            "Projects what the system uses, says when a limit is reached, and recommends what to do.",
            "ChartMultiple",
            new InteractionInput { Name = "ahead", Label = "Ahead", InputType = InputType.Text, Placeholder = "90d" })
        .WithReportCommand(
            access,
            ("usage", "Show the usage"),
            "Tokens and cost of the models, by key and collection, with the budgets.",
            "Money",
            new InteractionInput
            {
                Name = "period",
                Label = "Period",
                InputType = InputType.Choice,
                Value = "day",
                Options = [new("day", "Day"), new("week", "Week"), new("month", "Month")],
            });

    private static IResourceBuilder<ProjectResource> WithReportCommand(
        this IResourceBuilder<ProjectResource> api,
        ApiAccess access,
        (string Name, string DisplayName) title,
        string description,
        string icon,
        InteractionInput input) => api.WithApiCommand(
        title,
        access,
        (client, context) => ShowAsync(client, context, title, input.Name),
        new CommandOptions { Description = description, IconName = icon, Arguments = [input] });

    /// <summary>The report as text, which is laid out for a fixed width.</summary>
    private static async Task<ExecuteCommandResult> ShowAsync(
        ApiClient client, ExecuteCommandContext context, (string Name, string DisplayName) title, string argument)
    {
        var query = context.Arguments.GetString(argument) is { Length: > 0 } value
            ? $"?{argument}={Uri.EscapeDataString(value)}"
            : "";
        var report = await client.GetTextAsync($"operations/{title.Name}{query}", context.CancellationToken);
        return CommandResults.Success(
            report.AsSpan().Trim().EnumerateLines().First(),
            $"```text\n{report.Replace("```", "'''", StringComparison.Ordinal).Trim()}\n```",
            CommandResultFormat.Markdown,
            displayImmediately: true);
    }

    private static string First(this SpanLineEnumerator lines) => lines.MoveNext() ? lines.Current.ToString() : "";
}
