using System.Collections.Frozen;

namespace RagAspire.Diagnosis;

/// <summary>Makes findings of observations: causes first, then what follows from each of them.</summary>
public static class FindingRanking
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> Consequences = FindingCatalog.All.ToFrozenDictionary(
        definition => definition.Code, definition => Reach(definition.Code));

    /// <summary>
    /// Ranks causes by the worst severity of their group, their own severity, and by how much depends on them.
    /// </summary>
    public static IReadOnlyList<Finding> Rank(IEnumerable<Observation> observations)
    {
        var seen = observations
            .DistinctBy(observation => (observation.Code, observation.Subject))
            .ToList();
        var codes = seen.Select(observation => observation.Code).Distinct().ToList();
        var causes = codes
            .Where(code => !codes.Any(other => Explains(other, code)))
            .ToFrozenSet();
        var groups = seen.ToLookup(observation => causes.Contains(observation.Code)
            ? observation.Code
            : CauseOf(observation.Code, causes, seen));
        var ranked = groups
            .OrderByDescending(group => group.Max(Severity))
            .ThenByDescending(group => group.Where(observation => observation.Code == group.Key).Max(Severity))
            .ThenByDescending(group => Depth(group.Key))
            .ThenByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .ToList();
        return
        [
            .. ranked.SelectMany(group => Sorted(group.Where(observation => observation.Code == group.Key))
                .Select(observation => Describe(observation, suppressedBy: null))),
            .. ranked.SelectMany(group => Sorted(group.Where(observation => observation.Code != group.Key))
                .Select(observation => Describe(observation, suppressedBy: group.Key))),
        ];
    }

    private static IEnumerable<Observation> Sorted(IEnumerable<Observation> observations) => observations
        .OrderByDescending(Severity)
        .ThenByDescending(observation => Depth(observation.Code))
        .ThenBy(observation => observation.Code, StringComparer.Ordinal)
        .ThenBy(observation => observation.Subject, StringComparer.Ordinal);

    /// <summary>Whether one code follows from another, also transitively.</summary>
    public static bool Explains(string cause, string consequence) => Consequences[cause].Contains(consequence);

    /// <summary>How much of the system depends on this.</summary>
    private static int Depth(string code) => Consequences[code].Count;

    private static FindingSeverity Severity(Observation observation) =>
        observation.Severity ?? FindingCatalog.Of(observation.Code).Severity;

    /// <summary>Of several causes, the worst one that is nearest to the consequence.</summary>
    private static string CauseOf(string code, FrozenSet<string> causes, List<Observation> seen) => causes
        .Where(cause => Explains(cause, code))
        .OrderByDescending(cause => seen.Where(observation => observation.Code == cause).Max(Severity))
        .ThenBy(cause => Depth(cause))
        .ThenBy(cause => cause, StringComparer.Ordinal)
        .First();

    private static Finding Describe(Observation observation, string? suppressedBy)
    {
        var definition = FindingCatalog.Of(observation.Code);
        return new Finding(
            observation.Code,
            definition.Title,
            Severity(observation),
            observation.Since,
            observation.Subject,
            observation.Symptom,
            definition.Impact,
            observation.Cause ?? definition.Cause,
            observation.Evidence,
            definition.Actions,
            $"/diagnostics/{observation.Code}",
            suppressedBy);
    }

    private static FrozenSet<string> Reach(string code)
    {
        var reached = new HashSet<string>();
        var next = new Stack<string>(FindingCatalog.Of(code).Explains);
        while (next.TryPop(out var consequence))
        {
            if (reached.Add(consequence))
            {
                foreach (var further in FindingCatalog.Of(consequence).Explains)
                {
                    next.Push(further);
                }
            }
        }

        return reached.ToFrozenSet();
    }
}
