using System.Text.Json;
using OllamaSharp.Models.Exceptions;

namespace RagAspire.AppHost.Models;

internal static class OllamaFailure
{
    /// <summary>Whether an exception means that the server is away or answers badly, and not that the caller has cancelled.</summary>
    public static bool IsOne(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or JsonException or OllamaException or InvalidOperationException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
