using System.Text.Json.Serialization;

namespace RagAspire.Diagnosis;

[JsonConverter(typeof(EnumWordConverter<FindingSeverity>))]
public enum FindingSeverity
{
    /// <summary>Users are served, but a limit is near or something that they will need has stopped.</summary>
    Warning,

    /// <summary>Users are refused or wait now, or data is in danger.</summary>
    Critical,
}

/// <summary>A measured value that supports a finding. The query gives the value again, in the tool that it belongs to.</summary>
/// <param name="Query">PromQL, SQL, a Redis command, or the path that was read.</param>
/// <param name="Value">The value with its unit.</param>
/// <param name="Limit">The threshold that the value crossed, with its unit; null when the value is not compared.</param>
public sealed record Evidence(string Query, string Value, string? Limit = null)
{
    /// <summary>Whose figures these are, where that is not plain from the query: a measure over time may be Prometheus' or that
    /// of one process.</summary>
    public string? Source { get; init; }
}

/// <summary>A probe's statement that one entry of the <see cref="FindingCatalog"/> holds now.</summary>
/// <param name="Code">The code of the entry, such as RAG-D017.</param>
/// <param name="Symptom">One sentence with the numbers of this case.</param>
public sealed record Observation(string Code, string Symptom, IReadOnlyList<Evidence> Evidence)
{
    /// <summary>The start of the trouble; null when it cannot be told.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Replaces the severity of the catalogue for this case.</summary>
    public FindingSeverity? Severity { get; init; }

    /// <summary>Replaces the cause of the catalogue where this case shows it exactly (process ids, statements, names).</summary>
    public string? Cause { get; init; }

    /// <summary>The object that is concerned (a disk, a table, a queue); several of one code may be found at once.</summary>
    public string? Subject { get; init; }
}

/// <summary>One thing that is wrong, with its cause and what to do.</summary>
/// <param name="Since">The start of the trouble; null when it cannot be told.</param>
/// <param name="Runbook">The path of the page about this code in the API.</param>
/// <param name="SuppressedBy">The code of the finding that this one follows from; null for a cause.</param>
public sealed record Finding(
    string Code,
    string Title,
    FindingSeverity Severity,
    DateTimeOffset? Since,
    string? Subject,
    string Symptom,
    string Impact,
    string Cause,
    IReadOnlyList<Evidence> Evidence,
    IReadOnlyList<string> Actions,
    string Runbook,
    string? SuppressedBy);
