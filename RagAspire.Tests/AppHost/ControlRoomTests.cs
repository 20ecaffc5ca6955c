using System.Net;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;
using RagAspire.AppHost;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

/// <summary>The dashboard shows every part of a running system, and its commands operate the system.</summary>
public sealed class ControlRoomTests(ControlRoom room) : IClassFixture<ControlRoom>
{
    [Fact]
    public async Task Every_resource_becomes_healthy_and_has_a_named_link_where_it_has_an_endpoint()
    {
        foreach (var resource in room.Resources.Where(resource => resource is not ParameterResource && !IsHelper(resource)))
        {
            var snapshot = await room.HealthyAsync(resource.Name);

            Assert.Equal(KnownResourceStates.Running, snapshot.State?.Text);
            Assert.All(snapshot.Urls.Where(url => url.Name == "http"), url => Assert.NotEmpty(url.DisplayProperties.DisplayName));
        }
    }

    [Theory]
    [InlineData("api", "RagAspire.Api")]
    [InlineData("worker", "RagAspire.Worker")]
    public async Task A_service_is_its_built_program_without_a_dotnet_run_before_it(string service, string program)
    {
        var snapshot = await room.HealthyAsync(service);

        Assert.Equal("Project", snapshot.ResourceType);
        var path = Assert.IsType<string>(snapshot.Properties.Single(property => property.Name == "executable.path").Value);
        Assert.Equal(program, Path.GetFileName(path).Replace(".exe", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("api", "API reference", "OpenAPI", "Health")]
    [InlineData("worker", "Jobs", "Health")]
    public async Task The_links_of_a_service_lead_to_pages_that_answer(string service, params string[] names)
    {
        var urls = (await room.HealthyAsync(service)).Urls;

        Assert.Equal(names.Order(), urls.Select(url => url.DisplayProperties.DisplayName).Order());
        using var client = new HttpClient();
        foreach (var url in urls.Where(url => url.DisplayProperties.DisplayName != "Jobs"))
        {
            using var response = await client.GetAsync(url.Url, TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{url.Url}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task The_monitoring_has_links_and_stands_below_what_it_watches()
    {
        Assert.SkipWhen(Programs.OnPath("prometheus") is null, "Prometheus is not installed (Debian: apt install prometheus).");

        var prometheus = await room.HealthyAsync("prometheus");

        Assert.Equal(["Alerts", "Graph", "Targets"], prometheus.Urls.Select(url => url.DisplayProperties.DisplayName).Order());
        foreach (var exporter in room.Resources.Where(resource => resource.Name.EndsWith("-exporter", StringComparison.Ordinal)))
        {
            Assert.Contains((await room.HealthyAsync(exporter.Name)).Relationships, relation => relation.Type == "Parent");
        }
    }

    [Fact]
    public async Task The_models_stand_below_the_Ollama_that_was_found()
    {
        var chat = await room.HealthyAsync("chat");

        Assert.Contains(chat.Relationships, relation => relation is { ResourceName: "ollama", Type: "Parent" });
        var links = (await room.HealthyAsync("ollama")).Urls.Select(url => url.DisplayProperties.DisplayName);
        Assert.Equal(["Models", "Ollama"], links.Order());
    }

    /// <summary>Aspire's tools connect in this way, by the address alone.</summary>
    [Fact]
    public async Task Aspires_tools_list_and_call_those_of_the_API()
    {
        var cancelled = TestContext.Current.CancellationToken;
        await room.HealthyAsync("api");
        var api = room.Resources.OfType<ProjectResource>().Single(resource => resource.Name == "api");
        var declared = Assert.Single(api.Annotations.OfType<McpServerEndpointAnnotation>());
        var address = (await declared.EndpointUrlResolver(api, cancelled))!;
        Assert.True(address.IsLoopback);
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(new HttpClientTransportOptions { Endpoint = address }), cancellationToken: cancelled);

        var tools = await client.ListToolsAsync(cancellationToken: cancelled);
        Assert.Superset(new HashSet<string> { "ask", "diagnose", "search" }, tools.Select(tool => tool.Name).ToHashSet());
        var found = await client.CallToolAsync("list_collections", cancellationToken: cancelled);
        Assert.False(found.IsError ?? false);

        using var http = new HttpClient();
        using var refused = await http.GetAsync(new Uri(address, "/mcp"), cancelled);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Fact]
    public async Task Samples_are_uploaded_and_a_question_is_answered_with_citations()
    {
        var uploaded = await room.ExecuteAsync("upload-samples");
        Assert.True(uploaded.Success, uploaded.Message);
        Assert.Contains("| backup-policy.html |", uploaded.Data!.Value, StringComparison.Ordinal);

        ExecuteCommandResult answer = null!;
        await Eventually.TrueAsync(
            async () =>
            {
                answer = await room.ExecuteAsync("ask", ("question", "How long are monthly backups kept?"));
                return answer.Data?.Value.Contains("13 months", StringComparison.Ordinal) == true;
            },
            TimeSpan.FromSeconds(60),
            () => $"{answer.Message} {answer.Data?.Value}",
            TestContext.Current.CancellationToken);

        Assert.Equal(CommandResultFormat.Markdown, answer.Data!.Format);
        Assert.True(answer.Data.DisplayImmediately);
        Assert.True(
            answer.Data.Value.Contains("**[1]** backup-policy.html", StringComparison.Ordinal), answer.Data.Value);
        Assert.Contains("Written by", answer.Data.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_uploaded_and_a_refused_file_is_named_with_the_reason()
    {
        using var folder = TestDirectory.Create("upload");
        Directory.CreateDirectory(Path.Combine(folder.Path, "inner"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "inner", "good.txt"), "A short text about folders.");
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "empty.txt"), []);

        var result = await room.ExecuteAsync("upload-documents", ("path", folder.Path), ("collection", "folder"));

        Assert.False(result.Success);
        Assert.Equal("1 of 2 documents are not stored.", result.Message);
        Assert.Contains("| good.txt | pending |", result.Data!.Value, StringComparison.Ordinal);
        Assert.Contains("| empty.txt | The file is empty", result.Data.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_of_a_task_reports_as_a_table()
    {
        var result = await room.ExecuteAsync("maintain", ("task", "clean-up"), ("dry-run", "true"));

        Assert.True(result.Success, result.Message);
        Assert.StartsWith("clean-up (dry run) succeeded in ", result.Message, StringComparison.Ordinal);
        Assert.Contains("| Examined | Would change | Failed |", result.Data!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_is_made_verified_and_restored_for_a_drill()
    {
        (string Command, string Message)[] steps =
            [("backup", "backup succeeded"), ("verify-backup", "is good."), ("restore-drill", "restore-drill succeeded")];
        foreach (var (command, message) in steps)
        {
            var result = await room.ExecuteAsync(command);

            Assert.True(result.Success, $"{command}: {result.Message} {result.Data?.Value}");
            Assert.Contains(message, result.Message, StringComparison.Ordinal);
            Assert.Contains("| --- |", result.Data!.Value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_index_is_rebuilt_after_a_confirmation()
    {
        var snapshot = await room.HealthyAsync("api");
        Assert.NotEmpty(snapshot.Commands.Single(command => command.Name == "rebuild-index").ConfirmationMessage!);

        var result = await room.ExecuteAsync("rebuild-index");

        Assert.True(result.Success, result.Message);
    }

    [Fact]
    public async Task The_health_of_every_component_is_shown()
    {
        var result = await room.ExecuteAsync("health");

        Assert.Equal("The system is healthy.", result.Message);
        Assert.All(["database", "redis", "vector\\_db", "llm\\_service"],
            component => Assert.Contains($"| {component} | healthy |", result.Data!.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_system_is_diagnosed_also_while_the_API_is_unhealthy()
    {
        await room.HealthyAsync("api");

        var result = await room.ExecuteAsync("diagnose");

        Assert.True(result.Success, result.Message);
        Assert.Matches(@"^The system is (healthy|unknown|warning|critical)\.$", result.Message);
        Assert.Matches(@"^The system is \*\*\w+\*\*; examined in [0-9]+ ms\.", result.Data!.Value);
        var command = room.Resources.Single(resource => resource.Name == "api").Annotations.OfType<ResourceCommandAnnotation>()
            .Single(annotation => annotation.Name == "diagnose");
        var unhealthy = new CustomResourceSnapshot
        {
            ResourceType = "Project",
            Properties = [],
            State = KnownResourceStates.Running,
        };
        Assert.Equal(
            ResourceCommandState.Enabled,
            command.UpdateState(new UpdateCommandStateContext { ResourceSnapshot = unhealthy, Services = room.App.Services }));
    }

    [Theory]
    [InlineData("memory", "window", "6h", "worker")]
    [InlineData("capacity", "ahead", "30d", "documents")]
    [InlineData("usage", "period", "week", "week")]
    public async Task A_report_is_shown_for_what_was_asked(string command, string argument, string value, string content)
    {
        var result = await room.ExecuteAsync(command, (argument, value));

        Assert.True(result.Success, result.Message);
        Assert.StartsWith("```text\n", result.Data!.Value, StringComparison.Ordinal);
        Assert.Contains(content, result.Data.Value, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("memory", "window", "soon", "must be a time such as")]
    [InlineData("maintain", "task", "no-such-task", "validation failed")]
    [InlineData("verify-backup", "backup", "no-such-backup", "no such backup")]
    [InlineData("upload-documents", "path", "/no/such/folder", "There is no file at /no/such/folder.")]
    [InlineData("ask", "question", "", "validation failed")]
    public async Task A_command_that_cannot_be_done_fails_with_one_sentence(
        string command, string argument, string value, string message)
    {
        var result = await room.ExecuteAsync(command, (argument, value));

        Assert.False(result.Success);
        Assert.Contains(message, result.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\n', result.Message!);
    }

    [Fact]
    public async Task Commands_need_a_healthy_API()
    {
        var commands = (await room.HealthyAsync("api")).Commands;
        string[] own =
        [
            "ask", "backup", "capacity", "health", "maintain", "memory", "rebuild-index", "restore-drill", "upload-documents",
            "upload-samples", "usage", "verify-backup",
        ];
        Assert.All(
            own, name => Assert.Equal(ResourceCommandState.Enabled, commands.Single(command => command.Name == name).State));

        var api = room.Resources.Single(resource => resource.Name == "api");
        var unhealthy = new CustomResourceSnapshot
        {
            ResourceType = "Project",
            Properties = [],
            State = KnownResourceStates.Starting,
        };
        var context = new UpdateCommandStateContext { ResourceSnapshot = unhealthy, Services = room.App.Services };
        Assert.All(
            api.Annotations.OfType<ResourceCommandAnnotation>().Where(command => own.Contains(command.Name)),
            command => Assert.Equal(ResourceCommandState.Disabled, command.UpdateState(context)));
    }

    // Aspire adds a hidden resource for each project that builds it again.
    private static bool IsHelper(IResource resource) => resource.Name.EndsWith("-rebuilder", StringComparison.Ordinal);
}
