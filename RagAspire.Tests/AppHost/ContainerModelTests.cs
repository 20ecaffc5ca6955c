using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.AppHost;
using RagAspire.Embedded;
using RagAspire.Tests.Deployment;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

/// <summary>The resources of containers mode, as the dashboard would show them; no container is started.</summary>
public sealed class ContainerModelTests : IDisposable
{
    private readonly TestDirectory _data = TestDirectory.Create("container-model");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Every_resource_has_a_health_check_an_icon_and_named_links()
    {
        await using var builder = await CreateAsync();

        Assert.All(
            builder.Resources.Where(resource => resource is not ParameterResource && !IsHelper(resource)),
            resource => AssertHas<HealthCheckAnnotation>(resource));
        Assert.All(
            builder.Resources.Where(resource => resource is ProjectResource || resource.GetType() == typeof(ContainerResource)),
            resource =>
            {
                AssertHas<ResourceIconAnnotation>(resource);
                AssertHas<ResourceUrlsCallbackAnnotation>(resource);
            });
    }

    /// <summary>The orchestrator chooses the ports of a run; here they are chosen as it would.</summary>
    [Fact]
    public async Task The_notice_names_all_that_starts_and_the_table_where_it_is()
    {
        await using var builder = await CreateAsync("--dashboard", "false", "--chat-model", "tiny");
        await using var app = await builder.BuildAsync(Cancellation);
        var endpoints = builder.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>()).ToList();
        for (var i = 0; i < endpoints.Count; i++)
        {
            endpoints[i].AllocatedEndpoint = new AllocatedEndpoint(endpoints[i], "localhost", endpoints[i].Port ?? 50_000 + i);
        }

        Assert.Equal(
            "\nRagAspire starts in containers mode, because --mode or RAGASPIRE_MODE says so: postgres, cache, qdrant, ollama, prometheus, "
            + "postgres-exporter, redis-exporter, node-exporter, grafana, worker, api, alertmanager, web. The stores' data is in volumes of "
            + $"the container runtime, keys and backups are in {_data.Path}.\n",
            app.Services.GetRequiredService<StartUpNotice>().Render(builder.Resources));
        var table = await app.Services.GetRequiredService<StartUpTable>().RenderAsync(builder.Resources, Cancellation);
        Assert.All(
            new[] { ("Prometheus", "prometheus"), ("Alertmanager", "alertmanager"), ("Grafana", "grafana"), ("Web app", "web"), ("Qdrant", "qdrant") },
            part => Assert.Contains($"  {part.Item1,-14} {Endpoint(builder, part.Item2, "http").UriString}", table));
        Assert.All(
            new[] { ("PostgreSQL", "postgres"), ("Redis", "cache") },
            part => Assert.Contains($"  {part.Item1,-14} {Endpoint(builder, part.Item2, "tcp").EndPointString} (container)", table));
        Assert.Contains($"  {"Answers",-14} tiny{Environment.NewLine}", table);
        Assert.Contains($"  {"Search",-14} BM25 and nomic-embed-text", table);
    }

    [Fact]
    public async Task The_API_is_declared_as_an_MCP_server()
    {
        await using var builder = await CreateAsync();

        AssertHas<McpServerEndpointAnnotation>(builder.Resources.Single(resource => resource.Name == "api"));
    }

    [Fact]
    public async Task The_API_links_to_the_web_app()
    {
        await using var builder = await CreateAsync();

        var web = builder.Resources.Single(resource => resource.Name == "web").Annotations.OfType<EndpointAnnotation>().Single();
        Assert.Equal(
            FormattableString.Invariant($"http://localhost:{web.Port}"), (await EnvironmentAsync(builder, "api"))["OpenAi__WebAddress"]);
    }

    [Theory]
    [InlineData("postgres-exporter", "postgres")]
    [InlineData("redis-exporter", "cache")]
    [InlineData("node-exporter", "prometheus")]
    [InlineData("chat", "ollama")]
    [InlineData("embeddings", "ollama")]
    [InlineData("vectors", "qdrant")]
    public async Task A_part_stands_below_the_server_that_it_belongs_to(string part, string server)
    {
        await using var builder = await CreateAsync();

        var relations = builder.Resources.Single(resource => resource.Name == part)
            .Annotations.OfType<ResourceRelationshipAnnotation>();
        Assert.Contains(relations, relation => relation.Type == "Parent" && relation.Resource.Name == server);
    }

    [Fact]
    public async Task A_model_of_another_provider_stands_below_no_Ollama_and_its_connection_string_is_a_secret()
    {
        const string connection = "Endpoint=https://api.example.com/v1;Key=sk;Model=m";
        await using var builder = await CreateAsync("--ConnectionStrings:chat", connection, "--ConnectionStrings:embeddings", connection);

        var chat = Assert.IsAssignableFrom<ParameterResource>(builder.Resources.Single(resource => resource.Name == "chat"));
        Assert.True(chat.Secret);
        Assert.DoesNotContain(builder.Resources, resource => resource.Name.StartsWith("ollama", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_image_has_a_version_and_every_parameter_a_description()
    {
        await using var builder = await CreateAsync();

        Assert.All(
            builder.Resources.SelectMany(resource => resource.Annotations.OfType<ContainerImageAnnotation>()),
            image => Assert.Matches("[0-9]+\\.[0-9]+", image.Tag));
        Assert.All(builder.Resources.OfType<ParameterResource>(), parameter => Assert.NotEmpty(parameter.Description!));
    }

    [Theory]
    [InlineData(null, "1024MB", "3072MB", "256MB", "--memory=4096m", "--shm-size=1024m")]
    [InlineData("1024", "256MB", "768MB", "64MB", "--memory=1024m", "--shm-size=256m")]
    public async Task PostgreSQL_is_tuned_to_the_memory_that_it_may_take(
        string? megabytes, string buffers, string cache, string maintenance, params string[] limits)
    {
        await using var builder = await CreateAsync(megabytes is null ? [] : ["--Resources:PostgresMegabytes", megabytes]);

        var arguments = await ArgumentsAsync(builder, "postgres");
        Assert.Superset(
            new HashSet<string>
            {
                "max_connections=200", $"shared_buffers={buffers}", $"effective_cache_size={cache}", $"maintenance_work_mem={maintenance}",
                "checkpoint_completion_target=0.9", "default_statistics_target=100", "random_page_cost=1.1",
            },
            arguments.ToHashSet());
        Assert.Superset(limits.Append(Processors(4)).ToHashSet(), (await RuntimeArgumentsAsync(builder, "postgres")).ToHashSet());
    }

    [Theory]
    [InlineData(null, "768mb", "--memory=1024m")]
    [InlineData("2048", "1536mb", "--memory=2048m")]
    public async Task Redis_has_its_limits_and_what_it_keeps_follows_from_them(string? megabytes, string most, string limit)
    {
        await using var builder = await CreateAsync(megabytes is null ? [] : ["--Resources:RedisMegabytes", megabytes]);

        Assert.Superset(new HashSet<string> { Processors(2), limit }, (await RuntimeArgumentsAsync(builder, "cache")).ToHashSet());
        Assert.EndsWith(
            $" --maxmemory {most} --maxmemory-policy allkeys-lru --save 900 1 --save 300 10 --save 60 10000"
            + " --tcp-keepalive 60 --timeout 300",
            string.Join(' ', await ArgumentsAsync(builder, "cache")));
    }

    [Fact]
    public async Task The_settings_of_the_stores_are_those_of_the_deployment_files()
    {
        await using var builder = await CreateAsync();

        var postgres = (await ArgumentsAsync(builder, "postgres")).Where(argument => argument != "-c").Order(StringComparer.Ordinal);
        Assert.Equal(
            Lines("postgres/postgresql.conf").Select(line => line.Replace(" = ", "=").Replace("'", "")
                .Replace("=1GB", "=1024MB").Replace("effective_cache_size=3GB", "effective_cache_size=3072MB"))
                .Order(StringComparer.Ordinal),
            postgres);
        Assert.EndsWith(
            string.Join(' ', Lines("redis/redis.conf").Select(line => $"--{line}")),
            string.Join(' ', await ArgumentsAsync(builder, "cache")));
    }

    /// <summary>Only the server has the superuser's password; the exporter reads as the role that the services have.</summary>
    [Fact]
    public async Task Nobody_connects_to_PostgreSQL_as_its_superuser()
    {
        await using var builder = await CreateAsync();
        var superuser = builder.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == "postgres-password");
        var database = Assert.IsAssignableFrom<IResourceWithConnectionString>(builder.Resources.Single(resource => resource.Name == "ragdb"));

        Assert.Contains("Username=ragaspire;Password={ragdb-password.value}", database.ConnectionStringExpression.ValueExpression);
        var exporter = await EnvironmentAsync(builder, "postgres-exporter");
        Assert.Equal("ragaspire", exporter["DATA_SOURCE_USER"]);
        Assert.Equal("ragdb-password", Assert.IsType<ParameterResource>(exporter["DATA_SOURCE_PASS"]).Name);
        foreach (var resource in builder.Resources.OfType<ContainerResource>().Where(resource => resource.Name != "postgres"))
        {
            Assert.DoesNotContain(superuser, (await EnvironmentAsync(builder, resource.Name)).Values);
        }
    }

    [Fact]
    public async Task The_settings_of_the_identity_provider_are_passed_on_and_its_secret_is_a_parameter()
    {
        await using var builder = await CreateAsync(
            "--Oidc:Issuer", "https://issuer.example", "--Oidc:Groups:staff:Scopes", "read", "--Oidc:ClientSecret", "hush");

        foreach (var service in new[] { "api", "worker", "web" })
        {
            var environment = await EnvironmentAsync(builder, service);
            Assert.Equal("https://issuer.example", environment["Oidc__Issuer"]);
            Assert.Equal("read", environment["Oidc__Groups__staff__Scopes"]);
            Assert.Equal(
                service == "web" ? "oidc-client-secret" : null,
                (environment.GetValueOrDefault("Oidc__ClientSecret") as ParameterResource)?.Name);
        }
    }

    private static AllocatedEndpoint Endpoint(IDistributedApplicationTestingBuilder builder, string resource, string name) =>
        builder.Resources.Single(one => one.Name == resource).Annotations.OfType<EndpointAnnotation>()
            .Single(endpoint => endpoint.Name == name).AllocatedEndpoint!;

    // An engine refuses more than its machine has.
    private static string Processors(int most) => $"--cpus={Math.Min(most, Environment.ProcessorCount)}";

    private static IEnumerable<string> Lines(string file) =>
        DeploymentFiles.Text(file).Split('\n').Where(line => line.Length > 0 && line[0] != '#');

    private static async Task<Dictionary<string, object>> EnvironmentAsync(
        IDistributedApplicationTestingBuilder builder, string name)
    {
        var resource = builder.Resources.Single(resource => resource.Name == name);
        var context = new EnvironmentCallbackContext(builder.ExecutionContext, resource, [], Cancellation);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        return context.EnvironmentVariables;
    }

    private static async Task<IReadOnlyList<string>> ArgumentsAsync(IDistributedApplicationTestingBuilder builder, string name)
    {
        var resource = builder.Resources.Single(resource => resource.Name == name);
        var context = new CommandLineArgsCallbackContext([], resource, Cancellation)
        {
            ExecutionContext = builder.ExecutionContext,
        };
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        return [.. context.Args.Select(argument => $"{argument}")];
    }

    private static async Task<IReadOnlyList<string>> RuntimeArgumentsAsync(
        IDistributedApplicationTestingBuilder builder, string name)
    {
        var context = new ContainerRuntimeArgsCallbackContext([], Cancellation);
        foreach (var annotation in builder.Resources.Single(resource => resource.Name == name)
            .Annotations.OfType<ContainerRuntimeArgsCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        return [.. context.Args.Select(argument => $"{argument}")];
    }

    private static void AssertHas<T>(IResource resource)
        where T : IResourceAnnotation =>
        Assert.True(resource.Annotations.OfType<T>().Any(), $"{resource.Name} has no {typeof(T).Name}.");

    // Aspire adds a hidden resource for each project that builds it again.
    private static bool IsHelper(IResource resource) => resource.Name.EndsWith("-rebuilder", StringComparison.Ordinal);

    private async Task<IDistributedApplicationTestingBuilder> CreateAsync(params string[] arguments) =>
        await DistributedApplicationTestingBuilder.CreateAsync<Projects.RagAspire_AppHost>(
            [
                "--mode", "containers", "--data", _data.Path,
                "--api-port", $"{FreePort.Next()}", "--worker-port", $"{FreePort.Next()}",
                "--prometheus-port", $"{FreePort.Next()}", "--alertmanager-port", $"{FreePort.Next()}",
                "--grafana-port", $"{FreePort.Next()}", .. arguments,
            ],
            Cancellation);
}
