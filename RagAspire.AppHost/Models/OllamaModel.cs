using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OllamaSharp;

namespace RagAspire.AppHost.Models;

/// <summary>A model on an Ollama server, which may have to be fetched first.</summary>
/// <param name="Endpoint">The address of the server; resolved only when it runs.</param>
/// <param name="Name">The name of the model.</param>
internal sealed record OllamaModel(ReferenceExpression Endpoint, Func<CancellationToken, ValueTask<string?>> Name) : IHealthCheck
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Unhealthy while the server does not answer or has no such model.</summary>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var name = await Name(cancellationToken);
            return await IsPresentAsync(cancellationToken)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"Ollama has no model {name}.");
        }
        catch (Exception ex) when (OllamaFailure.IsOne(ex, cancellationToken))
        {
            return HealthCheckResult.Unhealthy($"Ollama does not answer: {ex.Message}");
        }
    }

    /// <summary>Whether the server has the model.</summary>
    public async Task<bool> IsPresentAsync(CancellationToken cancellationToken)
    {
        using var http = await ClientAsync(AnswerTimeout, cancellationToken);
        using var client = new OllamaApiClient(http);
        var name = await Name(cancellationToken);
        return (await client.ListLocalModelsAsync(cancellationToken)).Any(model => InstalledOllama.Matches(model.Name, name!));
    }

    /// <summary>Lets the server fetch the model.</summary>
    /// <param name="progress">Is told each step of the download, such as "pulling manifest" or "pulling 6a0746a1ec1a, 35 %".</param>
    /// <exception cref="InvalidOperationException">The server could not fetch it; the message says why.</exception>
    public async Task PullAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        using var http = await ClientAsync(Timeout.InfiniteTimeSpan, cancellationToken);
        using var client = new OllamaApiClient(http);
        await foreach (var step in client.PullModelAsync((await Name(cancellationToken))!, cancellationToken))
        {
            if (step?.Status is { Length: > 0 } status)
            {
                progress(step.Total > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"{status}, {Math.Floor(step.Percent)} %")
                    : status);
            }
        }

        if (!await IsPresentAsync(cancellationToken))
        {
            throw new InvalidOperationException("The server ended the download without the model.");
        }
    }

    private async Task<HttpClient> ClientAsync(TimeSpan timeout, CancellationToken cancellationToken) => new()
    {
        BaseAddress = new Uri((await Endpoint.GetValueAsync(cancellationToken))!),
        Timeout = timeout,
    };
}
