using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OllamaSharp;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Models;

namespace RagAspire.Diagnosis.Models;

/// <summary>Examines the servers of the chat and the embedding model, and how fast the model writes.</summary>
internal sealed class ModelProbe(
    IServiceProvider services, DatabaseReader database, ModelLoad load, IOptions<ModelDiagnosisOptions> options) : IProbe
{
    public string Name => "models";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var chat = services.GetService<IChatClient>();
        var generator = services.GetService<IEmbeddingGenerator<string, Embedding<float>>>();
        Func<Type, object?>[] models = [type => chat?.GetService(type), type => generator?.GetService(type)];
        var ports = new List<int>();
        var examinations = new List<Task<IReadOnlyList<Observation>>>();
        foreach (var model in models)
        {
            if (model(typeof(IOllamaApiClient)) is IOllamaApiClient ollama)
            {
                ports.Add(ollama.Uri.Port);
                examinations.Add(ExamineAsync(ollama, model == models[0], window, cancellationToken));
            }
            else if (model(typeof(OpenAiServer)) is OpenAiServer server)
            {
                ports.Add(server.Endpoint.Port);
                examinations.Add(OpenAiExamination.ExamineAsync(server, options.Value.Timeout, cancellationToken));
            }
        }

        // All at once: their time limits one after the other are longer than that of the probe.
        var reading = ports.Count == 0 ? null : load.ReadAsync(ports, window, cancellationToken);
        var found = (await Task.WhenAll(examinations)).SelectMany(observations => observations).ToList();
        return reading is null ? found : await WithLoadAsync(found, reading, window);
    }

    private async Task<IReadOnlyList<Observation>> ExamineAsync(
        IOllamaApiClient server, bool isChat, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var (model, address) = (server.SelectedModel, server.Uri.ToString());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.Timeout);
        try
        {
            var installed = await server.ListLocalModelsAsync(limit.Token);
            if (!installed.Any(other => IsSame(other.Name, model)))
            {
                return [new Observation(
                    ModelCodes.Missing, $"The model {model} is not installed at {address}.",
                    [new Evidence($"GET {address}api/tags", string.Join(", ", installed.Select(other => other.Name).DefaultIfEmpty("none")), model)])
                {
                    Subject = model,
                }];
            }

            var loaded = await server.ListRunningModelsAsync(limit.Token);
            var isLoaded = loaded.Any(other => IsSame(other.Name, model));
            window.Figures.Add(new Figure(Name, "loaded", model, isLoaded ? 1 : 0, Limit: null, "", $"GET {address}api/ps"));
            return isChat && !isLoaded && await HasJustAnsweredAsync(model, cancellationToken)
                ? [new Observation(
                    ModelCodes.Cold, $"The model {model} has answered within {Quantity.Seconds(options.Value.KeptAfterAnswer)} and is not loaded now.",
                    [new Evidence($"GET {address}api/ps", string.Join(", ", loaded.Select(other => other.Name).DefaultIfEmpty("none")), model)])
                {
                    Subject = model,
                }]
                : [];
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException or JsonException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            var isAnswer = ex is JsonException or HttpRequestException { StatusCode: not null };
            return [new Observation(
                isAnswer ? ModelCodes.Failing : ModelCodes.Unreachable,
                $"The model server at {address} {(isAnswer ? "fails" : "cannot be reached")}: {(ex is OperationCanceledException ? "no answer in time" : ex.Message)}",
                [new Evidence($"GET {address}api/tags", ex is OperationCanceledException ? "no answer in time" : ex.Message)])
            {
                Subject = model,
            }];
        }
    }

    private async Task<bool> HasJustAnsweredAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            var models = await database.ReadAsync(
                session => session.ListAsync(
                    $"""
                    select distinct model from answers
                    where kind = 'generated' and created_at > now() - {DatabaseReader.Literal(options.Value.KeptAfterAnswer)}
                    """,
                    row => row.IsDBNull(0) ? "" : row.GetString(0), cancellationToken),
                cancellationToken);
            return models.Exists(other => IsSame(other, model));
        }
        catch (ProbeException)
        {
            // Without the database nothing can be answered either, which is another finding.
            return false;
        }
    }

    private async Task<IReadOnlyList<Observation>> WithLoadAsync(
        List<Observation> found, Task<ModelFigures> reading, DiagnosisWindow window)
    {
        try
        {
            return [.. found, .. Judge(await reading, window)];
        }
        catch (ProbeException ex)
        {
            return ProbeException.Unless([ex.Message], found);
        }
    }

    private IEnumerable<Observation> Judge(ModelFigures figures, DiagnosisWindow window)
    {
        var of = $"model servers, by {figures.Source}";
        if (figures.Waiting is { } open)
        {
            window.Figures.Add(new Figure(Name, "open requests", of, open, options.Value.Queue, "", figures.WaitingQuery));
        }

        if (figures.TokensPerSecond is { } speed)
        {
            window.Figures.Add(new Figure(
                Name, "tokens written", of, Math.Round(speed, 2), options.Value.TokensPerSecond, "/s", figures.SpeedQuery));
        }

        if (figures.Waiting is { } waiting && waiting > options.Value.Queue)
        {
            yield return new Observation(
                ModelCodes.Queue, FormattableString.Invariant($"{waiting:0} requests are at the model servers."),
                [new Evidence(
                    figures.WaitingQuery, Quantity.Count((long)waiting, "requests"), Quantity.Count(options.Value.Queue, "requests"))
                {
                    Source = figures.Source,
                }]);
        }

        if (figures.TokensPerSecond is { } rate && rate < options.Value.TokensPerSecond)
        {
            yield return new Observation(
                ModelCodes.Slow, FormattableString.Invariant($"The model writes {rate:0.##} tokens in a second."),
                [new Evidence(
                    figures.SpeedQuery, FormattableString.Invariant($"{rate:0.##} tokens/s"),
                    FormattableString.Invariant($"{options.Value.TokensPerSecond} tokens/s"))
                {
                    Source = figures.Source,
                }]);
        }
    }

    private static bool IsSame(string other, string model) => other == model || other == $"{model}:latest" || $"{other}:latest" == model;
}
