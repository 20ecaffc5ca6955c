namespace RagAspire.Documents.Archives;

/// <summary>An archive cannot be read any further; the message says where.</summary>
/// <param name="reason">Names of files in it lose what cannot be stored or shown.</param>
public sealed class ArchiveException(string reason, Exception? innerException = null)
    : Exception(string.Concat(reason.Where(NameLetters.IsShown)), innerException);

/// <summary>One file of an archive cannot be read; the others can.</summary>
public sealed class ArchiveEntryException(string reason, Exception? innerException = null) : Exception(reason, innerException);
