using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks.Replicas;

/// <summary>Kills one process after the other, each once in a round, and starts it again at once.</summary>
internal sealed class Victims(IReadOnlyList<HostProcess> processes, TimeSpan pause, Random random)
{
    public int Killed { get; private set; }

    /// <summary>Until cancelled; what was killed last is up again then.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var round = processes.ToArray();
            random.Shuffle(round);
            foreach (var process in round)
            {
                await Task.Delay(pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                await process.KillAsync(CancellationToken.None);
                await process.StartAsync(CancellationToken.None, "/ready");
                Killed++;
            }
        }
    }
}
