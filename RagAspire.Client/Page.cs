namespace RagAspire.Client;

/// <summary>A page of a list.</summary>
/// <param name="Next">What to send as <c>after</c> for the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
