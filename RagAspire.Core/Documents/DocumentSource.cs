namespace RagAspire.Documents;

/// <summary>Where a document comes from that was not uploaded.</summary>
/// <param name="Name">The configured source.</param>
/// <param name="Path">The file in it: a path with slashes, the key of an object or an address.</param>
public sealed record DocumentSource(string Name, string Path);
