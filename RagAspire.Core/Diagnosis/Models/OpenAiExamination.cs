using System.Net;
using System.Text.Json;
using RagAspire.Models;

namespace RagAspire.Diagnosis.Models;

/// <summary>Examines a server that speaks OpenAI's protocol, which tells of a model only whether it is there.</summary>
internal static class OpenAiExamination
{
    public static async Task<IReadOnlyList<Observation>> ExamineAsync(
        OpenAiServer server, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = $"GET {server.Endpoint}/models";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var models = await server.ListModelsAsync(limit.Token);
            return server.IsListed(models)
                ? []
                : [new Observation(
                    ModelCodes.Missing, $"The model {server.Model} is not at {server.Endpoint}.",
                    [new Evidence(call, string.Join(", ", models!.Take(20)), server.Model)])
                {
                    Subject = server.Model,
                }];
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException or JsonException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            var isAnswer = ex is JsonException or HttpRequestException { StatusCode: not null };
            var reason = ex switch
            {
                OperationCanceledException => "no answer in time",
                HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => "it refuses the key",
                _ => ex.Message,
            };
            return [new Observation(
                isAnswer ? ModelCodes.Failing : ModelCodes.Unreachable,
                $"The model server at {server.Endpoint} {(isAnswer ? "fails" : "cannot be reached")}: {reason}",
                [new Evidence(call, reason)])
            {
                Subject = server.Model,
            }];
        }
    }
}
