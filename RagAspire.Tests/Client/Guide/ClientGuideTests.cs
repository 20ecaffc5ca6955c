using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Client.Guide;

/// <summary>The examples of docs/clients.md in a running system, as a reader would run them.</summary>
public sealed class ClientGuideTests(SharedSystem shared, Stores stores)
{
    private const string Manual = "pump.txt";
    private const string Sentence = "The warranty of the pump is 24 months.";

    private static readonly Dictionary<string, (string Program, string[] Options, string FileName)> Interpreters = new()
    {
        ["bash"] = ("bash", ["-euo", "pipefail"], "example.sh"),
        ["javascript"] = ("node", [], "example.mjs"),
        ["python"] = ("python3", ["-W", "error"], "example.py"),
        ["csharp"] = ("dotnet", [], "example.cs"),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The language, and which of its examples.</summary>
    public static TheoryData<string, int> Programs =>
        new(GuideExample.All.GroupBy(example => example.Language).Where(examples => Interpreters.ContainsKey(examples.Key))
            .SelectMany(examples => examples.Index().Select(example => (examples.Key, example.Index))));

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task An_example_runs_as_it_is_written(string language, int index)
    {
        var (interpreter, options, fileName) = Interpreters[language];
        Assert.SkipUnless(IsInstalled(interpreter), $"{interpreter} is not on the PATH.");
        var system = await shared.SystemAsync(stores);
        using var directory = TestDirectory.Create("guide");
        await File.WriteAllTextAsync(Path.Combine(directory.Path, Manual), Sentence, Token);
        await system.Client.UploadAndWaitAsync(Manual, System.Text.Encoding.UTF8.GetBytes(Sentence), ("collection", "manuals"));
        await system.Client.FindAsync("warranty", "manuals");
        var example = GuideExample.All.Where(each => each.Language == language).ElementAt(index);
        var program = Path.Combine(directory.Path, fileName);
        await File.WriteAllTextAsync(program, example.For(system.Api.Address), Token);
        if (language == "csharp")
        {
            program = CSharpProgram.Compile(await File.ReadAllTextAsync(program, Token), directory.Path);
        }

        var environment = new Dictionary<string, string> { ["KEY"] = RagSystem.Key, ["NO_PROXY"] = "*", ["no_proxy"] = "*" };
        await using var run = BackgroundProgram.Start(interpreter, [.. options, program], environment, directory.Path);
        await run.WaitForExitAsync(Token);

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("months", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_of_a_client_leads_to_the_tools()
    {
        var system = await shared.SystemAsync(stores);
        var example = Assert.Single(GuideExample.All, each => each.Language == "json");
        var server = JsonNode.Parse(example.For(system.Api.Address))!["mcpServers"]!["ragaspire"]!;
        var header = server["headers"]!["Authorization"]!.GetValue<string>();
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(new HttpClientTransportOptions
            {
                Endpoint = new Uri(server["url"]!.GetValue<string>()),
                AdditionalHeaders = new Dictionary<string, string>
                {
                    ["Authorization"] = header.Replace("KEY", RagSystem.Key, StringComparison.Ordinal),
                },
            }),
            cancellationToken: Token);

        Assert.Contains(await client.ListToolsAsync(cancellationToken: Token), tool => tool.Name == "ask");
    }

    [Fact]
    public void Every_example_is_run_but_the_one_that_takes_a_program_from_the_network()
    {
        Assert.Superset(Interpreters.Keys.ToHashSet(), GuideExample.All.Select(example => example.Language).ToHashSet());
        var other = GuideExample.All.Where(example => !Interpreters.ContainsKey(example.Language)).ToList();
        Assert.Equal(["json", "console"], other.Select(example => example.Language));
        Assert.StartsWith("npx ", other[1].Code, StringComparison.Ordinal);
    }

    private static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
