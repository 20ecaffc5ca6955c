using RagAspire.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedSystem))]

namespace RagAspire.Tests.Support;

/// <summary>One running system for all tests that break nothing; each uses a collection of its own.</summary>
public sealed class SharedSystem : IAsyncDisposable
{
    private readonly Lock _starting = new();
    private Task<RagSystem>? _system;
    private int _collections;

    public Task<RagSystem> SystemAsync(Stores stores)
    {
        lock (_starting)
        {
            return _system ??= RagSystem.StartAsync(stores);
        }
    }

    public string NewCollection() => $"c{Interlocked.Increment(ref _collections)}";

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
        {
            await (await _system).DisposeAsync();
        }
    }
}
