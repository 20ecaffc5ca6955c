using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Tests.Monitoring;

/// <summary>The real rules with shorter windows and delays, so that a drill takes seconds.</summary>
internal static partial class DrillRules
{
    /// <summary>How many times shorter the windows are; with fewer than three scrapes a window has no rate.</summary>
    private const int Speedup = 30;
    private const int ShortestWindow = 6;

    /// <param name="directory">Receives the rule files.</param>
    /// <param name="pending">Replaces every <c>for</c>.</param>
    public static void Write(string directory, TimeSpan pending)
    {
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{pending.TotalSeconds:0}s");
        foreach (var file in MonitoringFiles.RuleFiles)
        {
            var rules = For().Replace(File.ReadAllText(file), $"${{indent}}for: {seconds}");
            rules = Window().Replace(
                rules, match => $"[{Shorter(match.Groups["window"])}{match.Groups["colon"]}{Shorter(match.Groups["step"])}]");
            rules = KeepFiring().Replace(rules, "keep_firing_for: 5s");
            File.WriteAllText(Path.Combine(directory, Path.GetFileName(file)), rules);
        }
    }

    /// <summary>Puts these rules, and short intervals, into a written configuration.</summary>
    /// <param name="monitoring">Where <see cref="RagAspire.AppHost.Monitoring.MonitoringFolder"/> has written it.</param>
    public static void Quicken(string monitoring)
    {
        Write(Path.Combine(monitoring, "prometheus", "rules"), TimeSpan.FromSeconds(2));
        Change(
            Path.Combine(monitoring, "prometheus", "prometheus.yml"),
            ("scrape_interval: 15s", "scrape_interval: 2s"), ("scrape_timeout: 10s", "scrape_timeout: 2s"),
            ("evaluation_interval: 15s", "evaluation_interval: 1s"));
        Change(Path.Combine(monitoring, "alertmanager", "alertmanager.yml"), ("group_interval: 15s", "group_interval: 1s"));
    }

    private static void Change(string file, params (string From, string To)[] changes)
    {
        var text = File.ReadAllText(file);
        foreach (var (from, to) in changes)
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        File.WriteAllText(file, text);
    }

    private static string Shorter(Group duration)
    {
        if (duration.Length == 0)
        {
            return "";
        }

        var unit = duration.Value[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 86_400 };
        var seconds = int.Parse(duration.Value[..^1], CultureInfo.InvariantCulture) * unit;
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(ShortestWindow, seconds / Speedup)}s");
    }

    [GeneratedRegex(@"^(?<indent> +)for: \S+$", RegexOptions.Multiline)]
    private static partial Regex For();

    [GeneratedRegex(@"\[(?<window>\d+[smhd])((?<colon>:)(?<step>\d+[smhd]))?\]")]
    private static partial Regex Window();

    [GeneratedRegex(@"keep_firing_for: \S+$", RegexOptions.Multiline)]
    private static partial Regex KeepFiring();
}
