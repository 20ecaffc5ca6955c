namespace RagAspire.Web.Components.Parts;

/// <summary>One bar of a chart.</summary>
/// <param name="Label">Below it.</param>
/// <param name="Tip">The whole value, for the pointer.</param>
public sealed record Bar(string Label, double Value, string Tip);
