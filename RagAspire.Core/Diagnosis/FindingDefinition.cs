namespace RagAspire.Diagnosis;

/// <summary>What is known about a kind of finding before it is seen.</summary>
/// <param name="Code">Stable; its page is <c>docs/diagnostics/{code}.md</c>.</param>
/// <param name="Cause">The usual cause, where the observation does not show a more exact one.</param>
/// <param name="Actions">What an operator does, in order.</param>
/// <param name="Explains">Codes of findings that follow from this one and are folded under it, also transitively.</param>
public sealed record FindingDefinition(
    string Code,
    string Title,
    FindingSeverity Severity,
    string Impact,
    string Cause,
    IReadOnlyList<string> Actions,
    IReadOnlyList<string> Explains);
