using System.Text.Json.Serialization;

namespace RagAspire.Capacity.Recommendations;

[JsonConverter(typeof(EnumWordConverter<Urgency>))]
public enum Urgency
{
    Low,
    Medium,
    High,
}

/// <summary>Something to do before a limit is reached.</summary>
/// <param name="Figure">The name of the figure that it follows from.</param>
/// <param name="Subject">Such as a mount point.</param>
/// <param name="Action">What to do.</param>
/// <param name="Reason">The figures that led to it.</param>
/// <param name="Effect">What a step would bring, where that was measured; null where it was not.</param>
/// <param name="By">When it should be done; null when there is no date.</param>
public sealed record Recommendation(
    string Figure, string? Subject, string Action, Urgency Urgency, string Reason, string? Effect, DateTimeOffset? By);

/// <summary>Which request and limit to set for a process, a store or a container.</summary>
/// <param name="Process">The job in Prometheus, or the name of the store or container.</param>
/// <param name="Resource"><c>cpu</c> in cores or <c>memory</c> in bytes.</param>
/// <param name="Request">The 90th percentile of the last eight days, recent hours weighing more, plus 15 %.</param>
/// <param name="Limit">The highest value of those days plus 15 %.</param>
/// <param name="Query">What gives the values again, at each five minutes.</param>
public sealed record ResourceRequest(string Process, string Resource, double Request, double Limit, int Values, string Query);
