using Npgsql;
using RagAspire.Database;

namespace RagAspire.Tests.Maintenance;

/// <summary>Executes statements again and again, and counts how often one had to wait for a lock.</summary>
internal sealed class LockProbe : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _probing;
    private int _probes;
    private int _lockWaits;

    private LockProbe(string connectionString, string[] statements) => _probing = ProbeAsync(connectionString, statements);

    public static LockProbe Start(string connectionString, params string[] statements) => new(connectionString, statements);

    /// <summary>Fails when a statement waited longer than 100 ms for a lock, or when none was executed.</summary>
    public async Task AssertNoLockWaitsAsync()
    {
        await _stop.CancelAsync();
        await _probing;
        Assert.True(_probes > 0, "No statement was executed.");
        Assert.Equal(0, _lockWaits);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _probing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>A lock timeout is exact on a busy machine too, where the duration of statements says nothing.</summary>
    private async Task ProbeAsync(string connectionString, string[] statements)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        await connection.Command("set lock_timeout = '100ms'").ExecuteAsync(CancellationToken.None);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                foreach (var statement in statements)
                {
                    await connection.Command(statement).ExecuteAsync(CancellationToken.None);
                    _probes++;
                }
            }
            catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                _lockWaits++;
            }

            await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
