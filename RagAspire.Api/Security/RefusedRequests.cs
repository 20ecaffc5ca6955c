using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace RagAspire.Api.Security;

/// <summary>
/// Problem details for what is no request at all, which the server refuses before any middleware runs: a broken request line,
/// headers that are too large or too slow.
/// </summary>
/// <remarks>
/// The server tells of a refusal just before it writes its own response, which has no body; that one is left out then. Only for
/// HTTP/1.1: HTTP/2 ends such a stream with a code.
/// </remarks>
internal static class RefusedRequests
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public static IServiceCollection AddRefusedRequests(this IServiceCollection services) =>
        services.Configure<KestrelServerOptions>(server => server.ConfigureEndpointDefaults(
            endpoint => endpoint.Use(next => connection => ServeAsync(next, connection))));

    public static void UseRefusedRequests(this WebApplication app)
    {
        var subscription = app.Services.GetRequiredService<DiagnosticListener>().Subscribe(new Refusals(), name => name == Event);
        app.Lifetime.ApplicationStopped.Register(subscription.Dispose);
    }

    private static async Task ServeAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        var transport = connection.Transport;
        var writer = new RefusalWriter(transport.Output);
        connection.Features.Set(writer);
        connection.Transport = new Transport(transport.Input, writer);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    }

    private static byte[] Response(int status, string? traceId)
    {
        var problem = new ProblemDetails
        {
            Status = status,
            Title = ReasonPhrases.GetReasonPhrase(status),
            Detail = Reason(status),
        };
        problem.Extensions["traceId"] = traceId;
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, JsonSerializerOptions.Web);
        var head = $"HTTP/1.1 {status} {problem.Title}\r\nContent-Type: application/problem+json\r\nContent-Length: {body.Length}\r\n"
            + "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    private static string Reason(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => "The request was not received in time.",
        StatusCodes.Status413PayloadTooLarge => "The request is too large.",
        StatusCodes.Status414UriTooLong => "The address is too long.",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "The headers are too large.",
        StatusCodes.Status505HttpVersionNotsupported => "This version of HTTP is not supported.",
        _ => "This is not a valid HTTP request.",
    };

    private sealed class Refusals : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is IFeatureCollection features
                && features.Get<IHttpResponseFeature>() is { HasStarted: false } response
                && features.Get<RefusalWriter>() is { } writer)
            {
                writer.Refuse(Response(response.StatusCode, features.Get<IHttpRequestIdentifierFeature>()?.TraceIdentifier));
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Passes everything on, until a refusal takes the place of all that follows.</summary>
    private sealed class RefusalWriter(PipeWriter inner) : PipeWriter
    {
        private const int LeastBuffer = 4096;

        private byte[]? _refusal;
        private byte[] _leftOut = [];
        private bool _isSent;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public void Refuse(byte[] response) => _refusal = response;

        public override Memory<byte> GetMemory(int sizeHint = 0) =>
            _refusal is null ? inner.GetMemory(sizeHint) : LeftOut(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) =>
            _refusal is null ? inner.GetSpan(sizeHint) : LeftOut(sizeHint);

        public override void Advance(int bytes)
        {
            if (_refusal is null)
            {
                inner.Advance(bytes);
            }
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (_refusal is not { } response || _isSent)
            {
                return inner.FlushAsync(cancellationToken);
            }

            _isSent = true;
            return inner.WriteAsync(response, cancellationToken);
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        private byte[] LeftOut(int sizeHint)
        {
            if (_leftOut.Length < Math.Max(sizeHint, LeastBuffer))
            {
                _leftOut = new byte[Math.Max(sizeHint, LeastBuffer)];
            }

            return _leftOut;
        }
    }
}
