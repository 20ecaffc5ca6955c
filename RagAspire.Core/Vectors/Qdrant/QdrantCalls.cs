using Grpc.Core;

namespace RagAspire.Vectors.Qdrant;

/// <summary>Gives each call to Qdrant a deadline, and turns its failures into those of the contract.</summary>
internal static class QdrantCalls
{
    /// <exception cref="VectorIndexUnavailableException">Qdrant cannot be asked, is too slow, or refuses.</exception>
    public static async Task<T> RunAsync<T>(
        TimeSpan timeout, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(timeout);
        try
        {
            return await call(late.Token);
        }
        catch (Exception ex) when (ex is RpcException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new VectorIndexUnavailableException(Reason(ex, timeout), ex);
        }
    }

    private static string Reason(Exception failure, TimeSpan timeout) => failure switch
    {
        OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled or StatusCode.DeadlineExceeded }
            => FormattableString.Invariant($"Qdrant gave no answer within {timeout.TotalSeconds:0.###} s"),
        RpcException { StatusCode: StatusCode.Unauthenticated or StatusCode.PermissionDenied }
            => "Qdrant refuses the API key",
        RpcException { StatusCode: StatusCode.Unavailable } => "Qdrant cannot be reached",
        RpcException rpc => $"Qdrant failed ({rpc.StatusCode}): {rpc.Status.Detail}",
        _ => "Qdrant failed",
    };
}
