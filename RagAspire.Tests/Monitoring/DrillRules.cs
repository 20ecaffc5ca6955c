using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Tests.Monitoring;

/// <summary>The rules as they are, but for the time that something must last before anybody is told.</summary>
internal static partial class DrillRules
{
    /// <param name="directory">Gets the rule files.</param>
    /// <param name="patience">Instead of every <c>for</c>.</param>
    public static void Write(string directory, TimeSpan patience)
    {
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{patience.TotalSeconds:0}s");
        foreach (var file in MonitoringFiles.RuleFiles)
        {
            File.WriteAllText(
                Path.Combine(directory, Path.GetFileName(file)), For().Replace(File.ReadAllText(file), $"${{indent}}for: {seconds}"));
        }
    }

    [GeneratedRegex(@"^(?<indent> +)for: \S+$", RegexOptions.Multiline)]
    private static partial Regex For();
}
