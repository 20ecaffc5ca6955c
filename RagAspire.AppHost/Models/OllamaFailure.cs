using System.Text.Json;
using OllamaSharp.Models.Exceptions;

namespace RagAspire.AppHost.Models;

internal static class OllamaFailure
{
    /// <summary>Whether the server is away or answers badly, as opposed to a caller that has cancelled.</summary>
    public static bool IsOne(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or JsonException or OllamaException or InvalidOperationException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
