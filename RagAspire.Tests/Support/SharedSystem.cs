using RagAspire.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedSystem))]

namespace RagAspire.Tests.Support;

/// <summary>One running system for all tests that break nothing; each uses a collection of its own.</summary>
public sealed class SharedSystem(Stores stores) : IAsyncDisposable
{
    private readonly Lazy<Task<RagSystem>> _system = new(() => RagSystem.StartAsync(stores));
    private int _collections;

    public Task<RagSystem> SystemAsync() => _system.Value;

    public string NewCollection() => $"c{Interlocked.Increment(ref _collections)}";

    public async ValueTask DisposeAsync()
    {
        if (_system.IsValueCreated)
        {
            await (await _system.Value).DisposeAsync();
        }
    }
}
