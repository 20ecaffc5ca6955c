using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Documents as one caller may see them: those of other collections do not exist.</summary>
internal sealed class DocumentAccess(DocumentStore documents, DocumentIntake intake, UploadReader uploads)
{
    public DocumentStore Documents => documents;

    public DocumentIntake Intake => intake;

    public UploadReader Uploads => uploads;

    public async Task<Document?> FindAsync(Guid id, Caller caller, CancellationToken cancellationToken) =>
        await documents.FindAsync(id, cancellationToken) is { } document && caller.MayUse(document.Collection) ? document : null;
}
