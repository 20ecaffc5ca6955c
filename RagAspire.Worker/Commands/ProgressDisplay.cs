using RagAspire.Maintenance;
using Spectre.Console;

namespace RagAspire.Worker.Commands;

/// <summary>Shows progress: a bar on a terminal, plain lines when the output is redirected.</summary>
internal static class ProgressDisplay
{
    /// <param name="title">The name of the work, such as the task's.</param>
    public static async Task<T> RunAsync<T>(string title, Func<IProgress<TaskProgress>, Task<T>> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return await work(new Lines(title));
        }

        return await AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn())
            .StartAsync(async display =>
            {
                var bar = display.AddTask(Markup.Escape(title));
                var result = await work(new Bar(title, bar));
                bar.StopTask();
                return result;
            });
    }

    private sealed class Bar(string title, ProgressTask bar) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value)
        {
            bar.Value = value.Percent;
            bar.Description = Markup.Escape($"{title}: {value.Step}");
        }
    }

    /// <summary>One line per step, not per percent.</summary>
    private sealed class Lines(string title) : IProgress<TaskProgress>
    {
        private string? _step;

        public void Report(TaskProgress value)
        {
            if (Interlocked.Exchange(ref _step, value.Step) != value.Step)
            {
                Console.WriteLine(FormattableString.Invariant($"{title}: {value.Percent,3} % {value.Step}"));
            }
        }
    }
}
