using System.Net;
using System.Text.Json;
using Polly.CircuitBreaker;

namespace RagAspire.Vectors.Embedding;

/// <summary>Describes for users why a language or embedding model did not answer.</summary>
internal static class ModelFailure
{
    public static string Reason(Exception exception, string model) => exception switch
    {
        BrokenCircuitException => $"the model {model} failed several times and is left alone for a while",
        HttpRequestException { StatusCode: HttpStatusCode.NotFound } => $"the server does not have the model {model}",
        HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } =>
            "the model server refuses the key",
        HttpRequestException { StatusCode: { } status } => $"the model server answered {(int)status}",
        HttpRequestException or System.Net.Sockets.SocketException => "the model server cannot be reached",
        TimeoutException => $"the model {model} did not answer in time",
        OperationCanceledException => $"the call of the model {model} was broken off",
        JsonException => "the model server's answer is not readable",
        IOException => "the model server's answer broke off",
        _ => $"the model {model} failed: {FirstLine(exception.Message)}",
    };

    /// <summary>The server answered and gave no vectors, for a reason that is neither load nor an absent model.</summary>
    public static bool IsRefusal(Exception exception) => exception is HttpRequestException
    {
        StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity
            or HttpStatusCode.InternalServerError,
    };

    private static string FirstLine(string message)
    {
        var line = message.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length <= 200 ? line.ToString() : $"{line[..200]}…";
    }
}
