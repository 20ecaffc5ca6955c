using System.Diagnostics;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RagAspire.Embedded;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

/// <summary>The AppHost as Aspire sees it.</summary>
public sealed class DeploymentTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly TestDirectory _data = TestDirectory.Create("deployment");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task In_embedded_mode_every_resource_becomes_healthy_and_the_sample_documents_can_be_uploaded_and_found()
    {
        await using var builder = await CreateAsync("embedded");
        await using var app = await builder.BuildAsync(Cancellation);
        await app.StartAsync(Cancellation).WaitAsync(Patience);
        foreach (var resource in new[] { "ragdb", "cache", "worker", "api", "web" })
        {
            await app.ResourceNotifications.WaitForResourceHealthyAsync(resource, Cancellation).WaitAsync(Patience);
        }

        foreach (var resource in builder.Resources.OfType<ExecutableResource>().Where(resource => resource.Name is "prometheus" or "alertmanager"))
        {
            await app.ResourceNotifications.WaitForResourceHealthyAsync(resource.Name, Cancellation).WaitAsync(Patience);
        }

        var result = await app.Services.GetRequiredService<ResourceCommandService>()
            .ExecuteCommandAsync("api", "upload-samples", Cancellation);

        Assert.True(result.Success, result.Message);
        var key = await File.ReadAllTextAsync(Path.Combine(_data.Path, "api-key"), Cancellation);
        using var client = new RagClient(app.GetEndpoint("api", "http"), key.Trim());
        var documents = (await client.GetAsync("/api/v1/documents"))["items"]!.AsArray();
        Assert.Equal(
            ["backup-policy.html", "incident-handbook.md", "maintenance-windows.csv"],
            documents.Select(document => document!["name"]!.GetValue<string>()).Order());
        foreach (var document in documents)
        {
            var processed = await client.ProcessedAsync(document!["id"]!.GetValue<Guid>());
            Assert.True(processed["status"]!.GetValue<string>() == "ready", $"{processed}");
        }

        var best = (await client.FindAsync("how long monthly backups are kept"))[0]!;
        Assert.Contains("13 months", best["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task In_containers_mode_every_store_is_a_container_and_everything_has_a_health_check()
    {
        await using var builder = await CreateAsync("containers");

        var containers = builder.Resources.OfType<ContainerResource>().ToDictionary(resource => resource.Name);
        string[] stores = ["cache", "ollama", "postgres", "qdrant"];
        Assert.Equal(
            ["alertmanager", "grafana", "node-exporter", "postgres-exporter", "prometheus", "redis-exporter"], containers.Keys.Except(stores).Order());
        Assert.All(stores, store => Assert.Single(containers[store].Annotations.OfType<ContainerMountAnnotation>()));
        Assert.All(
            builder.Resources.Where(resource => resource is ContainerResource or ProjectResource or PostgresDatabaseResource),
            resource => Assert.NotEmpty(resource.Annotations.OfType<HealthCheckAnnotation>()));
        Assert.All(
            builder.Resources.OfType<ParameterResource>(),
            parameter => Assert.Equal(!parameter.Name.EndsWith("-model", StringComparison.Ordinal), parameter.Secret));
    }

    [Fact]
    public async Task In_containers_mode_monitoring_has_the_files_of_the_repository_with_the_keys_it_needs()
    {
        await using var builder = await CreateAsync("containers");

        var prometheus = await FilesAsync(builder, "prometheus");
        Assert.Contains("translation_strategy", prometheus["prometheus.yml"]);
        Assert.Contains("credentials_file: '/etc/prometheus/qdrant-key'", prometheus["prometheus.yml"]);
        Assert.NotEmpty(prometheus["qdrant-key"]);
        Assert.Contains("qdrant:6333", prometheus["targets/qdrant.yml"]);
        Assert.Superset(
            Directory.GetFiles(Path.Combine(BuildOutput.RepositoryRoot, "prometheus", "rules")).Select(file => $"rules/{Path.GetFileName(file)}").ToHashSet(),
            prometheus.Keys.ToHashSet());

        var alertmanager = await FilesAsync(builder, "alertmanager");
        Assert.Contains("/api/v1/operations/alerts", alertmanager["alertmanager.yml"]);
        Assert.Equal(
            (await File.ReadAllTextAsync(Path.Combine(_data.Path, "alerts-key"), Cancellation)).Trim(), alertmanager["alerts-key"]);
    }

    [Fact]
    public async Task Monitoring_can_be_left_out()
    {
        await using var builder = await CreateAsync("containers", "--monitoring", "false");

        Assert.DoesNotContain(builder.Resources, resource => resource.Name is "prometheus" or "alertmanager" or "grafana");
    }

    [Fact]
    public async Task The_web_app_waits_for_the_API_and_knows_nothing_else_but_where_its_metrics_go()
    {
        await using var builder = await CreateAsync("containers");
        var web = builder.Resources.Single(resource => resource.Name == "web");

        Assert.Equal("api", Assert.Single(web.Annotations.OfType<WaitAnnotation>()).Resource.Name);
        Assert.Equal(
            ["api", "prometheus"],
            web.Annotations.OfType<ResourceRelationshipAnnotation>().Where(relation => relation.Resource is not ParameterResource)
                .Select(relation => relation.Resource.Name).Distinct().Order());
    }

    [Fact]
    public async Task The_web_app_can_be_left_out()
    {
        await using var builder = await CreateAsync("containers", "--web", "false");

        Assert.DoesNotContain(builder.Resources, resource => resource.Name == "web");
    }

    [Theory]
    [InlineData("api")]
    [InlineData("worker")]
    public async Task In_containers_mode_a_service_waits_for_the_stores_and_not_for_the_models(string service)
    {
        await using var builder = await CreateAsync("containers");

        var resource = builder.Resources.Single(resource => resource.Name == service);
        var waitsFor = resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource.Name);
        var knows = resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(relation => relation.Resource.Name);

        Assert.Superset(new HashSet<string> { "ragdb", "cache", "vectors" }, waitsFor.ToHashSet());
        Assert.DoesNotContain("chat", waitsFor);
        Assert.Superset(new HashSet<string> { "ragdb", "cache", "vectors", "chat", "embeddings" }, knows.ToHashSet());
    }

    [Fact]
    public async Task A_model_server_that_a_connection_string_names_replaces_our_own()
    {
        await using var builder = await CreateAsync(
            "containers",
            "--ConnectionStrings:chat", "Endpoint=http://gpu:11434;Model=big",
            "--ConnectionStrings:embeddings", "Endpoint=http://gpu:11434;Model=small");

        Assert.DoesNotContain(builder.Resources.OfType<ContainerResource>(), resource => resource.Name == "ollama");
        Assert.Equal(new Uri("http://gpu:11434"), Assert.Single(builder.Resources.OfType<ExternalServiceResource>()).Uri);
        Assert.Contains(builder.Resources, resource => resource.Name == "chat");
    }

    [Fact]
    public async Task A_published_deployment_has_all_stores_and_none_of_the_development_secrets()
    {
        var manifest = Path.Combine(_data.Path, "manifest.json");
        Directory.CreateDirectory(_data.Path);
        var secret = SecretFile.ReadOrCreate(Path.Combine(_data.Path, "api-key"));

        var command = new ProcessStartInfo(
            "dotnet",
            [BuildOutput.Of("RagAspire.AppHost"), "--publisher", "manifest", "--output-path", manifest, "--data", _data.Path])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(command)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation).WaitAsync(Patience);
        await process.WaitForExitAsync(Cancellation).WaitAsync(Patience);

        Assert.True(process.ExitCode == 0, output);
        var text = await File.ReadAllTextAsync(manifest, Cancellation);
        var resources = JsonNode.Parse(text)!["resources"]!;
        Assert.Equal("{ragdb.connectionString}", resources["api"]!["env"]!["ConnectionStrings__ragdb"]!.GetValue<string>());
        Assert.Equal("{api-key.value}", resources["worker"]!["env"]!["Security__DevelopmentKey"]!.GetValue<string>());
        Assert.Equal("{alerts-key.value}", resources["api"]!["env"]!["Security__AlertsKey"]!.GetValue<string>());
        Assert.Null(resources["worker"]!["env"]!["Security__AlertsKey"]);
        Assert.All(
            ["api-key", "alerts-key", "metrics-token", "key-ring-secret", "ragdb-password", "postgres-password"],
            name => Assert.True(resources[name]!["inputs"]!["value"]!["secret"]!.GetValue<bool>()));
        Assert.Equal("{backup-signing-key.value}", resources["worker"]!["env"]!["Backups__SigningKey"]!.GetValue<string>());
        Assert.Null(resources["api"]!["env"]!["Backups__SigningKey"]);
        Assert.EndsWith(
            ";Database=ragdb;Username=ragaspire;Password={ragdb-password.value}",
            resources["ragdb"]!["connectionString"]!.GetValue<string>());
        Assert.Equal("{ragdb-password.value}", resources["postgres"]!["env"]!["RAGASPIRE_PASSWORD"]!.GetValue<string>());
        Assert.EndsWith("deploy/images/postgres.Dockerfile", resources["postgres"]!["build"]!["dockerfile"]!.GetValue<string>());
        Assert.Equal("ragaspire_restore", resources["worker"]!["env"]!["Backups__RestoreRole"]!.GetValue<string>());
        Assert.Equal("{ragdb-restore-password.value}", resources["worker"]!["env"]!["Backups__RestorePassword"]!.GetValue<string>());
        Assert.DoesNotContain("{postgres-password.value}", $"{resources["api"]}{resources["worker"]}{resources["ragdb"]}");
        Assert.Equal("%host%", resources["api"]!["env"]!["Metrics__Instance"]!.GetValue<string>());
        Assert.Equal("/data", resources["worker"]!["env"]!["RAGASPIRE_DATA"]!.GetValue<string>());
        Assert.Null(resources["api"]!["env"]!["RAGASPIRE_DATA"]);
        Assert.Equal("{web-secret.value}", resources["web"]!["env"]!["Web__Secret"]!.GetValue<string>());
        Assert.Equal("{api.bindings.http.url}", resources["web"]!["env"]!["services__api__http__0"]!.GetValue<string>());
        Assert.Null(resources["web"]!["env"]!["Security__DevelopmentKey"]);
        Assert.Equal("{web.bindings.http.url}", resources["api"]!["env"]!["OpenAi__WebAddress"]!.GetValue<string>());
        Assert.True(resources["web"]!["bindings"]!["http"]!["external"]!.GetValue<bool>());
        AssertMonitoring(resources);
        var redis = resources["cache"]!["args"]!.AsArray().Select(argument => $"{argument}").ToArray();
        Assert.Equal("-c", redis[0]);
        Assert.Contains(" --maxmemory 768mb --maxmemory-policy allkeys-lru --save 900 1 ", Assert.Single(redis.Skip(1)));
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(_data.Path, text.Replace(manifest, ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_there_is_not_is_refused()
    {
        await using var publish = BackgroundProgram.Start(
            "dotnet",
            [
                BuildOutput.Of("RagAspire.AppHost"), "--publisher", "manifest", "--output-path", Path.Combine(_data.Path, "manifest.json"),
                "--data", _data.Path, "--Deployment:Target", "nomad",
            ],
            []);
        await publish.WaitForExitAsync(Cancellation).WaitAsync(Patience);

        Assert.Equal(1, publish.ExitCode);
        Assert.Contains("Deployment:Target is compose, kubernetes or azure, not nomad.", publish.Output);
    }

    /// <summary>Services push, so that each of their replicas is seen, and the keys come by the environment.</summary>
    private static void AssertMonitoring(JsonNode resources)
    {
        Assert.All(
            ["prometheus", "alertmanager", "grafana"],
            name => Assert.EndsWith(
                $"deploy/images/{name}.Dockerfile", resources[name]!["build"]!["dockerfile"]!.GetValue<string>()));
        Assert.All(
            ["api", "worker", "web"],
            name => Assert.Equal(
                "{prometheus.bindings.http.url}/api/v1/otlp/v1/metrics", resources[name]!["env"]!["Metrics__Otlp"]!.GetValue<string>()));
        Assert.Contains("--web.enable-otlp-receiver", resources["prometheus"]!["args"]!.AsArray().Select(argument => $"{argument}"));
        Assert.Equal("{vectors-key.value}", resources["prometheus"]!["env"]!["QDRANT_API_KEY"]!.GetValue<string>());
        Assert.Equal("{alerts-key.value}", resources["alertmanager"]!["env"]!["ALERTS_KEY"]!.GetValue<string>());
        Assert.Equal(8000, resources["api"]!["bindings"]!["http"]!["targetPort"]!.GetValue<int>());
        Assert.Equal("{api.bindings.http.url}", resources["alertmanager"]!["env"]!["API_URL"]!.GetValue<string>());
        Assert.Equal("{ragdb-password.value}", resources["postgres-exporter"]!["env"]!["DATA_SOURCE_PASS"]!.GetValue<string>());
        Assert.NotNull(resources["redis-exporter"]);
    }

    /// <summary>What a container finds below its configuration: text, or the name of the file it is copied from.</summary>
    private static async Task<Dictionary<string, string>> FilesAsync(IDistributedApplicationTestingBuilder builder, string name)
    {
        var container = builder.Resources.Single(resource => resource.Name == name);
        var files = new Dictionary<string, string>();
        foreach (var annotation in container.Annotations.OfType<ContainerFileSystemCallbackAnnotation>())
        {
            var context = new ContainerFileSystemCallbackContext
            {
                Model = container,
                Services = builder.Services.BuildServiceProvider(),
            };
            Collect(await annotation.Callback(context, Cancellation), "", files);
        }

        return files;
    }

    private static void Collect(IEnumerable<ContainerFileSystemItem> items, string folder, Dictionary<string, string> files)
    {
        foreach (var item in items)
        {
            switch (item)
            {
                case ContainerFile file:
                    files[folder + file.Name] = file.Contents ?? file.SourcePath!;
                    break;
                case ContainerDirectory directory:
                    Collect(directory.Entries, $"{folder}{directory.Name}/", files);
                    break;
            }
        }
    }

    private async Task<IDistributedApplicationTestingBuilder> CreateAsync(string mode, params string[] arguments)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.RagAspire_AppHost>(
            [
                "--mode", mode, "--data", _data.Path,
                "--api-port", $"{FreePort.Next()}", "--worker-port", $"{FreePort.Next()}", "--web-port", $"{FreePort.Next()}",
                "--prometheus-port", $"{FreePort.Next()}",
                "--alertmanager-port", $"{FreePort.Next()}", "--grafana-port", $"{FreePort.Next()}", .. arguments,
            ],
            Cancellation);
        builder.Services.AddLogging(logging => logging.ClearProviders());
        return builder;
    }
}
