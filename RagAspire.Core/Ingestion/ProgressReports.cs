using System.Threading.Channels;

namespace RagAspire.Ingestion;

/// <summary>
/// Hands progress reports to a slower listener: the newest only, one at a time, and none after it is disposed.
/// </summary>
internal sealed class ProgressReports : IProgress<double>, IAsyncDisposable
{
    private readonly Channel<double> _newest =
        Channel.CreateBounded<double>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Task _passing;

    public ProgressReports(Func<double, Task> listener) => _passing = PassAsync(listener);

    public void Report(double value) => _newest.Writer.TryWrite(value);

    public async ValueTask DisposeAsync()
    {
        _newest.Writer.TryComplete();
        try
        {
            await _passing;
        }
        catch (OperationCanceledException)
        {
            // Extraction is cancelled by the same token and throws.
        }
    }

    private async Task PassAsync(Func<double, Task> listener)
    {
        await foreach (var value in _newest.Reader.ReadAllAsync())
        {
            await listener(value);
        }
    }
}
