using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using RagAspire.AppHost.Models;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.AppHost;

/// <summary>A model is fetched onto its server, and the dashboard shows how far it is or why it fails.</summary>
public sealed class ModelPullTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_missing_model_is_fetched_and_its_progress_is_logged()
    {
        await using var rig = await PullRig.StartAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await rig.CheckAsync()).Status);

        await rig.Pull.RunAsync(Cancellation);

        Assert.Equal("Running", rig.State);
        Assert.Equal(HealthStatus.Healthy, (await rig.CheckAsync()).Status);
        await rig.LogsAsync("pulling 6a0746a1ec1a, 35 %");
        await rig.LogsAsync("The model llama3.2 is there");
    }

    [Fact]
    public async Task A_model_that_is_there_is_not_fetched_again()
    {
        await using var rig = await PullRig.StartAsync();
        rig.Ollama.HasModels = true;

        await rig.Pull.RunAsync(Cancellation);

        Assert.DoesNotContain(rig.Ollama.Requests, request => request.Path == "/api/pull");
    }

    [Theory]
    [InlineData(OllamaMode.ErrorMidStream)]
    [InlineData(OllamaMode.Failing)]
    [InlineData(OllamaMode.Garbage)]
    public async Task A_failed_download_is_shown_with_the_reason_and_tried_again(OllamaMode fault)
    {
        await using var rig = await PullRig.StartAsync();
        rig.Ollama.Mode = fault;

        var pull = rig.Pull.RunAsync(Cancellation);
        await Eventually.TrueAsync(
            () => Task.FromResult(rig.State == "Pull failed"), TimeSpan.FromSeconds(20), () => $"The state is {rig.State}.", Cancellation);
        Assert.False(pull.IsCompleted);
        await rig.LogsAsync("The model llama3.2 could not be fetched");

        rig.Ollama.Mode = OllamaMode.Normal;
        await Eventually.TrueAsync(
            () =>
            {
                rig.Time.Advance(TimeSpan.FromSeconds(5));
                return Task.FromResult(pull.IsCompleted);
            },
            TimeSpan.FromSeconds(20),
            () => $"The state is {rig.State}.",
            Cancellation);
        await pull;
        Assert.Equal("Running", rig.State);
    }

    /// <summary>A model's resource and a stub of its server that has no model yet.</summary>
    private sealed class PullRig : IAsyncDisposable
    {
        private readonly DistributedApplication _app;
        private readonly IResource _resource;
        private readonly OllamaModel _model;

        private PullRig(OllamaStub ollama)
        {
            Ollama = ollama;
            var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
            _resource = builder.AddConnectionString("chat", ReferenceExpression.Create($"unused")).Resource;
            _app = builder.Build();
            _model = new OllamaModel(ReferenceExpression.Create($"{ollama.Address.AbsoluteUri}"), _ => ValueTask.FromResult<string?>("llama3.2"));
            var logger = _app.Services.GetRequiredService<ResourceLoggerService>().GetLogger(_resource);
            Pull = new ModelPull(_resource, _model, _app.ResourceNotifications, logger, Time);
        }

        public FakeTimeProvider Time { get; } = new();

        public OllamaStub Ollama { get; }

        public ModelPull Pull { get; }

        public string? State => _app.ResourceNotifications.TryGetCurrentState("chat", out var state) ? state.Snapshot.State?.Text : null;

        public static async Task<PullRig> StartAsync()
        {
            var ollama = await OllamaStub.StartAsync();
            ollama.HasModels = false;
            return new PullRig(ollama);
        }

        public Task<HealthCheckResult> CheckAsync() => _model.CheckHealthAsync(new HealthCheckContext(), Cancellation);

        /// <summary>Waits until the console log of the resource has a text.</summary>
        public async Task LogsAsync(string text)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            limit.CancelAfter(TimeSpan.FromSeconds(20));
            await foreach (var lines in _app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(_resource).WithCancellation(limit.Token))
            {
                if (lines.Any(line => line.Content.Contains(text, StringComparison.Ordinal)))
                {
                    return;
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            await Ollama.DisposeAsync();
        }
    }
}
