using System.Diagnostics;

namespace RagAspire.Tests.Support;

/// <summary>Waits for what is to become true.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan patience, Func<string> otherwise, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not there yet, or not there again yet.
            }

            Assert.True(Stopwatch.GetElapsedTime(startedAt) < patience, otherwise());
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
