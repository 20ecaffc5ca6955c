using System.Collections.Frozen;
using RagAspire.Diagnosis.Causes;
using RagAspire.Diagnosis.Ingestion;
using RagAspire.Diagnosis.Jobs;
using RagAspire.Diagnosis.Machine;
using RagAspire.Diagnosis.Memory;
using RagAspire.Diagnosis.Models;
using RagAspire.Diagnosis.Operations;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Diagnosis.Redis;
using RagAspire.Diagnosis.VectorIndex;

namespace RagAspire.Diagnosis;

/// <summary>All kinds of findings, by code. Each area keeps its own list beside its probes.</summary>
public static class FindingCatalog
{
    /// <summary>The lists of the areas, one line per area.</summary>
    public static IReadOnlyList<FindingDefinition> All { get; } = FindingLinks.AddTo(
    [
        .. MachineFindings.All,
        .. PostgresFindings.All,
        .. RedisFindings.All,
        .. IndexFindings.All,
        .. ModelFindings.All,
        .. JobFindings.All,
        .. IngestionFindings.All,
        .. OperationFindings.All,
        .. CauseFindings.All,
        .. MemoryFindings.All,
    ]);

    private static readonly FrozenDictionary<string, FindingDefinition> ByCode =
        All.ToFrozenDictionary(definition => definition.Code);

    public static FindingDefinition Of(string code) => ByCode[code];
}
