namespace RagAspire.Benchmarks.Throughput;

/// <summary>A server under load, and what it is asked.</summary>
/// <param name="process">Of the server.</param>
/// <param name="next">The next request, with its whole address.</param>
internal sealed class Target(string name, int process, Func<HttpRequestMessage> next) : IDisposable
{
    // More than the clients of a closed loop; in an open loop, requests wait for a connection, which counts.
    private const int MostConnections = 256;

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = MostConnections });

    public string Name => name;

    public double CpuSeconds => ProcessFigures.CpuSeconds(process);

    /// <summary>The most memory that the process has had since its start.</summary>
    public long PeakBytes => ProcessFigures.PeakBytes(process);

    /// <returns>Whether it was answered with success.</returns>
    public async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = next();
            using var response = await _client.SendAsync(request, cancellationToken);
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return false;
        }
    }

    public void Dispose() => _client.Dispose();
}
