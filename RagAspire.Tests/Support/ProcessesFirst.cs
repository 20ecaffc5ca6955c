using RagAspire.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(ProcessesFirst))]

namespace RagAspire.Tests.Support;

/// <summary>
/// Starts the longest chains of tests first: begun last, they would run for minutes beside idle threads. The others keep a random
/// order, so that no test relies on one.
/// </summary>
public sealed class ProcessesFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        var others = testCollections.Where(collection => !IsFirst(collection)).ToArray();
        Random.Shared.Shuffle(others);
        return [.. testCollections.Where(collection => IsFirst(collection)), .. others];
    }

    private static bool IsFirst(ITestCollection collection) => Processes.Chains.Contains(collection.TestCollectionDisplayName);
}
