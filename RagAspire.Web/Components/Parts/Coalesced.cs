namespace RagAspire.Web.Components.Parts;

/// <summary>Does something once for requests that follow each other closely, and always after the last of them.</summary>
public sealed class Coalesced(TimeSpan interval)
{
    private bool _isDue;

    /// <summary>Called and run by the renderer's thread.</summary>
    /// <param name="closed">Cancelled when the page is closed; then nothing is done.</param>
    public async Task RunAsync(Action action, TimeProvider time, CancellationToken closed)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (_isDue)
        {
            return;
        }

        try
        {
            _isDue = true;
            await Task.Delay(interval, time, closed);
            _isDue = false;
            action();
        }
        catch (OperationCanceledException)
        {
            // The page is closed.
        }
    }
}
