using System.ComponentModel.DataAnnotations;

namespace RagAspire.Embedded.Processes;

/// <summary>One program that runs as long as we do.</summary>
/// <param name="Name">Short and unique; stands in front of every line it writes.</param>
/// <param name="Program">A path, or a name on the PATH.</param>
/// <param name="Arguments">Handed over as they are, no shell in between.</param>
public sealed record ChildSpec([property: Required] string Name, string Program, params string[] Arguments)
{
    /// <summary>Set for the child on top of our own environment; null removes.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where it starts, and looks for its own files; null for our own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Answers with success once the child can serve; null when there is nothing to wait for.</summary>
    public Uri? ReadyUrl { get; init; }

    /// <summary>How long it may take to finish what it does after it was asked to stop.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
