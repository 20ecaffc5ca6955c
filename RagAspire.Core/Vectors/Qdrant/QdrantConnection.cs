using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Qdrant.Client;
using Qdrant.Client.Grpc;

namespace RagAspire.Vectors.Qdrant;

/// <summary>Connects to a Qdrant whose server may be replaced by another one at the same address.</summary>
public static class QdrantConnection
{
    // The pauses of a channel grow to two minutes, in which a server that is back would not be used.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public static GrpcChannel Channel(Uri address, QdrantOptions options) => GrpcChannel.ForAddress(
        address,
        new GrpcChannelOptions
        {
            InitialReconnectBackoff = FirstPause,
            MaxReconnectBackoff = LongestPause,
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                ConnectTimeout = options.ConnectTimeout,
                EnableMultipleHttp2Connections = true,
                KeepAlivePingDelay = options.KeepAlive,
                KeepAlivePingTimeout = options.KeepAlive,
            },
        });

    /// <param name="key">Null or empty for a server that wants none.</param>
    public static QdrantClient Client(GrpcChannel channel, string? key, ILoggerFactory loggers)
    {
        var calls = string.IsNullOrEmpty(key) ? channel.CreateCallInvoker() : channel.Intercept(metadata =>
        {
            metadata.Add("api-key", key);
            return metadata;
        });
        return new QdrantClient(new QdrantGrpcClient(calls), loggerFactory: loggers);
    }
}
