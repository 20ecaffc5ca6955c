using System.Collections.Frozen;

namespace RagAspire.Diagnosis;

/// <summary>All kinds of findings, by code. Each area keeps its own list beside its probes.</summary>
public static class FindingCatalog
{
    public static IReadOnlyList<FindingDefinition> All { get; } = [];

    private static readonly FrozenDictionary<string, FindingDefinition> ByCode =
        All.ToFrozenDictionary(definition => definition.Code);

    public static FindingDefinition Of(string code) => ByCode[code];
}
