using System.Text.RegularExpressions;
using RagAspire.Tests.Support;
using static RagAspire.Tests.Deployment.DeploymentFiles;

namespace RagAspire.Tests.Deployment;

/// <summary>The files of Compose and of Swarm, read by Compose, which holds them to the schema that both share.</summary>
public sealed partial class ComposeSchemaTests
{
    public static TheoryData<string> Files => [.. Yaml.Where(file => Path.GetDirectoryName(file) is "compose" or "swarm")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_has_only_keys_that_exist_with_values_of_their_types(string file)
    {
        var (exitCode, output) = await CheckAsync(Text(file));

        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("imagee: x", "imagee")]
    [InlineData("read_only: perhaps", "read_only")]
    [InlineData("deploy: {replica: 3}", "replica")]
    [InlineData("deploy: {update_config: {max_failure_ratio: much}}", "max_failure_ratio")]
    public async Task A_fault_is_found(string line, string named)
    {
        var (exitCode, output) = await CheckAsync($"services: {{api: {{image: a, {line}}}}}\n");

        Assert.NotEqual(0, exitCode);
        Assert.Contains(named, output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> CheckAsync(string text)
    {
        NeededProgram.OrSkip("docker-compose");
        using var directory = TestDirectory.Create("compose");

        // Compose of before 2.0, as Debian 12 has it, knows the whole schema but the name of a project.
        await File.WriteAllTextAsync(
            Path.Combine(directory.Path, "compose.yaml"), ProjectName().Replace(text, ""), TestContext.Current.CancellationToken);
        var variables = NeededVariable().Matches(text).Select(variable => variable.Groups["name"].Value).Distinct()
            .Select(name => KeyValuePair.Create(name, "given"));
        await using var compose = BackgroundProgram.Start(
            "docker-compose", ["-f", "compose.yaml", "config", "-q"], variables, directory.Path);
        await compose.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (compose.ExitCode, compose.Output);
    }

    [GeneratedRegex("^name: .*$", RegexOptions.Multiline)]
    private static partial Regex ProjectName();

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+):\?")]
    private static partial Regex NeededVariable();
}
