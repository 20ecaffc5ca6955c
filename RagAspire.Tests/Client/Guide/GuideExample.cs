using System.Text.RegularExpressions;

namespace RagAspire.Tests.Client.Guide;

/// <summary>A block of code in docs/clients.md.</summary>
/// <param name="Language">As it is written behind the three backticks.</param>
internal sealed partial record GuideExample(string Language, string Code)
{
    /// <summary>The address that the examples use.</summary>
    public const string Address = "http://localhost:8000";

    public static IReadOnlyList<GuideExample> All { get; } =
    [
        .. Block().Matches(File.ReadAllText(Path.Combine(BuildOutput.RepositoryRoot, "docs", "clients.md")))
            .Select(block => new GuideExample(block.Groups["language"].Value, block.Groups["code"].Value)),
    ];

    /// <summary>Whether it uses packages of Node.js that do not come with it.</summary>
    public bool NeedsNodePackages =>
        Code.StartsWith("npx ", StringComparison.Ordinal) || Code.Contains("from \"openai\"", StringComparison.Ordinal);

    public string For(Uri system) => Code.Replace(Address, system.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);

    [GeneratedRegex("^```(?<language>.*)\n(?<code>(.*\n)*?)```$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
