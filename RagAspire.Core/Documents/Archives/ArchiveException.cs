namespace RagAspire.Documents.Archives;

/// <summary>An archive cannot be read any further; the message says where.</summary>
public sealed class ArchiveException(string reason, Exception? innerException = null) : Exception(reason, innerException);

/// <summary>One file of an archive cannot be read; the others can.</summary>
public sealed class ArchiveEntryException(string reason, Exception? innerException = null) : Exception(reason, innerException);
