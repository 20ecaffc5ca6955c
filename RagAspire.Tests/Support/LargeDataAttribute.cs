using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace RagAspire.Tests.Support;

/// <summary>
/// A row of a theory that needs the larger collections of <see cref="SharedData"/>. Without them the theory has only its
/// other rows, which use the sample of the repository; no test is skipped.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class LargeDataAttribute(params object[] values) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new(SharedData.HasLarge ? [new TheoryDataRow(values)] : []);

    public override bool SupportsDiscoveryEnumeration() => true;
}
