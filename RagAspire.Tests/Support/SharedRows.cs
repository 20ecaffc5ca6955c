using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace RagAspire.Tests.Support;

/// <summary>A row of a theory on the sample of <see cref="SharedData"/>; it always runs.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class SampleRowAttribute(params object[] values) : Attribute
{
    public object[] Values => values;
}

/// <summary>A row of a theory on the larger collections of <see cref="SharedData"/>; it exists only where they do.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class LargeRowAttribute(params object[] values) : Attribute
{
    public object[] Values => values;
}

/// <summary>The rows of a theory with <see cref="SampleRowAttribute"/> and <see cref="LargeRowAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedRowsAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var sample = testMethod.GetCustomAttributes<SampleRowAttribute>().Select(row => row.Values);
        var large = SharedData.HasLarge ? testMethod.GetCustomAttributes<LargeRowAttribute>().Select(row => row.Values) : [];
        return new([.. sample.Concat(large).Select(values => new TheoryDataRow(values))]);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
