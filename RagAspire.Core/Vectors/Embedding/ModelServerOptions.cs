using System.ComponentModel.DataAnnotations;

namespace RagAspire.Vectors.Embedding;

/// <summary>How the servers of models are connected to; section <c>Models</c>.</summary>
public sealed class ModelServerOptions
{
    public const string Section = "Models";

    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a new connection may take, with the resolution of the name and TLS. A call of a server that is silent costs
    /// this much, until the circuit opens.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The connections to one server, with limits of its responses and none of the time of a call.</summary>
    /// <param name="lineBytes">The longest line of a response.</param>
    /// <param name="totalBytes">The longest response.</param>
    /// <remarks>A redirect is not followed: it would carry the prompt to another server.</remarks>
    public HttpMessageHandler Connections(long lineBytes, long totalBytes) => new ResponseLimit(lineBytes, totalBytes)
    {
        InnerHandler = new ConnectLimit
        {
            InnerHandler = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = ConnectTimeout,
                PooledConnectionLifetime = ConnectionLifetime,
            },
        },
    };

    /// <summary>The platform reports a connection that took too long as a cancellation, as it does a caller's limit.</summary>
    private sealed class ConnectLimit : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (OperationCanceledException ex) when (ex.InnerException is TimeoutException timeout)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, timeout.Message, ex);
            }
        }
    }
}
