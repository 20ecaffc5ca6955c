using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using RagAspire.Embedded;
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
            resource => Assert.True(resource.Annotations.OfType<HealthCheckAnnotation>().Any(), $"{resource.Name} has no health check."));
        Assert.All(
            builder.Resources.Where(resource => resource is ProjectResource || resource.GetType() == typeof(ContainerResource)),
            resource =>
            {
                Assert.True(resource.Annotations.OfType<ResourceIconAnnotation>().Any(), $"{resource.Name} has no icon.");
                Assert.True(resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>().Any(), $"{resource.Name} has no named link.");
            });
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

        var relations = builder.Resources.Single(resource => resource.Name == part).Annotations.OfType<ResourceRelationshipAnnotation>();
        Assert.Contains(relations, relation => relation.Type == "Parent" && relation.Resource.Name == server);
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

    // Aspire adds a hidden resource for each project that builds it again.
    private static bool IsHelper(IResource resource) => resource.Name.EndsWith("-rebuilder", StringComparison.Ordinal);

    private async Task<IDistributedApplicationTestingBuilder> CreateAsync() =>
        await DistributedApplicationTestingBuilder.CreateAsync<Projects.RagAspire_AppHost>(
            [
                "--mode", "containers", "--data", _data.Path,
                "--api-port", $"{FreePort.Next()}", "--worker-port", $"{FreePort.Next()}", "--prometheus-port", $"{FreePort.Next()}",
                "--alertmanager-port", $"{FreePort.Next()}", "--grafana-port", $"{FreePort.Next()}",
            ],
            Cancellation);
}
