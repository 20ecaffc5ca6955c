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
        ["console"] = ("bash", ["-euo", "pipefail"], "example.sh"),
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
        NeededProgram.OrSkip(interpreter);
        var system = await shared.SystemAsync(stores);
        var example = GuideExample.All.Where(each => each.Language == language).ElementAt(index);
        using var directory = TestDirectory.Create("guide");
        NeededProgram.SkipWhere(example.NeedsNodePackages ? await NodePackages.LinkAsync(directory.Path) : null);

        await File.WriteAllTextAsync(Path.Combine(directory.Path, Manual), Sentence, Token);
        await system.Client.UploadAndWaitAsync(Manual, System.Text.Encoding.UTF8.GetBytes(Sentence), ("collection", "manuals"));
        await system.Client.FindAsync("warranty", "manuals");
        var program = Path.Combine(directory.Path, fileName);
        await File.WriteAllTextAsync(program, example.For(system.Api.Address), Token);
        if (language == "csharp")
        {
            program = CSharpProgram.Compile(await File.ReadAllTextAsync(program, Token), directory.Path);
        }

        var environment = new Dictionary<string, string> { ["KEY"] = RagSystem.Key, ["NO_PROXY"] = "*", ["no_proxy"] = "*" };
        if (example.NeedsNodePackages)
        {
            // The installed packages, and no settings in the home directory of this machine's user.
            environment["npm_config_offline"] = "true";
            environment["HOME"] = directory.Path;
        }

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
    public void Every_example_is_run()
    {
        Assert.Superset(Interpreters.Keys.ToHashSet(), GuideExample.All.Select(example => example.Language).ToHashSet());
        Assert.Equal(
            ["json"],
            GuideExample.All.Select(example => example.Language).Where(language => !Interpreters.ContainsKey(language)));
        Assert.All(
            GuideExample.All.Where(example => example.Language == "console"),
            example => Assert.Contains($"{NodePackages.Inspector} ", example.Code, StringComparison.Ordinal));
    }
}
