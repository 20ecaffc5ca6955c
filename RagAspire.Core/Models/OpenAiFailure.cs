using System.ClientModel;
using System.Net;
using System.Text.Json;

namespace RagAspire.Models;

/// <summary>
/// Turns the exceptions of OpenAI's library into those of an HTTP client, so that one description of failures fits all
/// providers.
/// </summary>
internal static class OpenAiFailure
{
    public static bool Translates(Exception exception) => Translate(exception) != exception;

    /// <remarks>The body of an answer is left out: some servers repeat the key in it.</remarks>
    public static Exception Translate(Exception exception) => exception switch
    {
        ClientResultException { Status: > 0 and var status } =>
            new HttpRequestException($"The model server answered {status}.", inner: null, (HttpStatusCode)status),
        ClientResultException { InnerException: { } cause } => cause,

        // What the library throws when a field of an answer is missing or of another type.
        FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException or NullReferenceException =>
            new JsonException("The model server's answer has another form.", exception),
        _ => exception,
    };

    /// <summary>The parameter that the server does not take; null where the error says nothing of the kind.</summary>
    public static string? RefusedParameter(ClientResultException exception)
    {
        if (exception.Status is not (400 or 422) || exception.GetRawResponse()?.Content is not { } content)
        {
            return null;
        }

        try
        {
            using var body = JsonDocument.Parse(content);
            return body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                && error.TryGetProperty("param", out var parameter) && parameter.ValueKind == JsonValueKind.String
                ? parameter.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
