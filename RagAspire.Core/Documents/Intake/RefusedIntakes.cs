namespace RagAspire.Documents.Intake;

/// <summary>Another document of the collection has these bytes already.</summary>
public sealed class DuplicateContentException(Guid documentId)
    : Exception($"The document {documentId} of this collection has the same content.");

/// <summary>A document that the caller does not see has the external id.</summary>
public sealed class ExternalIdTakenException() : Exception("Another document of this collection has this external id.");

/// <summary>The document is kept in step with a source.</summary>
public sealed class SourceDocumentException(string source)
    : Exception($"The document is kept in step with the source '{source}': change it there, or upload it.");

/// <summary>The document was inside another, and changes with that one only.</summary>
public sealed class AttachedDocumentException(Guid parentId)
    : Exception($"The document was inside the document {parentId}: upload the next version of that one.");
