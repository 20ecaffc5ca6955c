namespace RagAspire.Escape;

/// <summary>What the test has put outside the sandbox.</summary>
/// <param name="Secret">A file of the parent's user.</param>
/// <param name="Readable">A file that every user of the machine may read.</param>
/// <param name="Folder">A directory that every user may write to.</param>
/// <param name="Parent">The process that has started this one.</param>
/// <param name="Port">A TCP port that listens.</param>
/// <param name="Socket">A Unix socket that listens.</param>
internal sealed record Target(string Secret, string Readable, string Folder, int Parent, int Port, string Socket);
