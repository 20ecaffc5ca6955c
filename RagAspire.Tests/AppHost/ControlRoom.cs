using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RagAspire.Embedded;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.AppHost;

/// <summary>One running AppHost in embedded mode with the monitoring of this machine and a stub in the place of Ollama.</summary>
public sealed class ControlRoom : IAsyncLifetime
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TestDirectory _data = TestDirectory.Create("control-room");
    private OllamaStub? _ollama;

    public DistributedApplication App { get; private set; } = null!;

    public OllamaStub Ollama => _ollama!;

    public IResourceCollection Resources { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _ollama = await OllamaStub.StartAsync();
        _ollama.Answer = _ => "Monthly backups are kept for 13 months [1].";
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.RagAspire_AppHost>(
            [
                "--mode", "embedded", "--data", _data.Path,
                "--api-port", $"{FreePort.Next()}", "--worker-port", $"{FreePort.Next()}", "--web", "false",
                "--prometheus-port", $"{FreePort.Next()}", "--alertmanager-port", $"{FreePort.Next()}",
                "--ConnectionStrings:chat", _ollama.ConnectionString(_ollama.ChatModel),
                "--ConnectionStrings:embeddings", _ollama.ConnectionString(_ollama.EmbeddingModel),
            ]);
        builder.Services.AddLogging(logging => logging.ClearProviders());
        Resources = builder.Resources;
        App = await builder.BuildAsync();
        await App.StartAsync().WaitAsync(Patience);
        await HealthyAsync("worker");
        await HealthyAsync("api");
    }

    /// <summary>Waits until a resource is healthy.</summary>
    /// <returns>Its state, links and commands.</returns>
    public async Task<CustomResourceSnapshot> HealthyAsync(string resource) =>
        (await App.ResourceNotifications.WaitForResourceHealthyAsync(resource).WaitAsync(Patience)).Snapshot;

    /// <summary>Executes a command of the API.</summary>
    public Task<ExecuteCommandResult> ExecuteAsync(string command, params (string Name, string Value)[] arguments) =>
        App.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(
            "api",
            command,
            new InteractionInputCollection(
            [
                .. arguments.Select(argument => new InteractionInput
                {
                    Name = argument.Name, InputType = InputType.Text, Value = argument.Value,
                }),
            ]),
            TestContext.Current.CancellationToken).WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _ollama!.DisposeAsync();
        _data.Dispose();
    }
}
