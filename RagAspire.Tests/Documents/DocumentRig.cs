using System.Security.Cryptography;
using System.Text;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Documents.Leases;
using RagAspire.Ingestion;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors;

namespace RagAspire.Tests.Documents;

/// <summary>Stores text documents as the API does, without the API.</summary>
internal static class DocumentRig
{

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<Guid> UploadAsync(
        this CoreServices core, string text, string collection = "default", string? key = null) =>
        core.UploadAsync(text, collection, file => file with { UploadedBy = key });

    /// <param name="describe">Adds what is known of the file besides its text.</param>
    public static async Task<Guid> UploadAsync(
        this CoreServices core, string text, string collection, Func<UploadedFile, UploadedFile> describe)
    {
        using var file = await StoreAsync(text);
        var upload = describe(file.Upload);
        return (await core.Get<DocumentIntake>().AcceptAsync(upload, collection, Sample.NoTags, "test", Token)).Document.Id;
    }

    /// <summary>Stores a file of any type.</summary>
    public static async Task<IntakeResult> UploadFileAsync(
        this CoreServices core, string name, byte[] content, IReadOnlyDictionary<string, string>? tags = null)
    {
        using var temporary = new TemporaryFile();
        var file = await FileReceiver.ReceiveAsync(new MemoryStream(content), name, temporary, content.Length, Token);
        return await core.Get<DocumentIntake>().AcceptAsync(file, "default", tags ?? Sample.NoTags, "test", Token);
    }

    /// <summary>Stores the next version of a document.</summary>
    public static async Task<IntakeResult> ReplaceFileAsync(this CoreServices core, Guid id, string name, byte[] content)
    {
        using var temporary = new TemporaryFile();
        var file = await FileReceiver.ReceiveAsync(new MemoryStream(content), name, temporary, content.Length, Token);
        return (await core.Get<DocumentIntake>().ReplaceAsync(id, file, Sample.NoTags, "test", Token))!;
    }

    /// <summary>The documents that were inside another, in the order of their names.</summary>
    public static async Task<IReadOnlyList<Document>> ChildrenAsync(this CoreServices core, Guid id)
    {
        var filter = new DocumentFilter("default", null, null, null, 200) { ParentId = id };
        var page = await core.Get<DocumentStore>().ListAsync(filter, Token);
        return [.. page.Items.OrderBy(child => child.Name, StringComparer.Ordinal)];
    }

    /// <summary>Leases one document; null when it does not wait.</summary>
    public static async Task<DocumentLease?> AcquireAsync(
        this DocumentLeases leases, Guid id, CancellationToken cancellationToken) =>
        (await leases.AcquireAsync([id], cancellationToken)).SingleOrDefault();

    /// <summary>Leases the document whose turn it is; null when nothing is due.</summary>
    public static async Task<DocumentLease?> NextAsync(this WaitingDocuments waiting, CancellationToken cancellationToken) =>
        (await waiting.TakeAsync(1, _ => 1, cancellationToken)).SingleOrDefault()?.Lease;

    /// <summary>Processes a document, if it waits.</summary>
    public static async Task IngestAsync(this CoreServices core, Guid id)
    {
        if (await core.Get<DocumentLeases>().AcquireAsync(id, Token) is { } lease)
        {
            await core.Get<DocumentIngestion>().RunAsync(lease, Token);
        }
    }

    /// <summary>Processes a document, and then all that was inside of it.</summary>
    public static async Task IngestTreeAsync(this CoreServices core, Guid id)
    {
        await core.IngestAsync(id);
        foreach (var child in await core.ChildrenAsync(id))
        {
            await core.IngestTreeAsync(child.Id);
        }
    }

    public static async Task<Document> ReplaceAsync(this CoreServices core, Guid id, string text)
    {
        using var file = await StoreAsync(text);
        return (await core.Get<DocumentIntake>().ReplaceAsync(id, file.Upload, Sample.NoTags, "test", Token))!.Document;
    }

    private static async Task<StoredFile> StoreAsync(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var temporary = new TemporaryFile();
        await using (var stream = temporary.Create())
        {
            await stream.WriteAsync(bytes, Token);
        }

        return new StoredFile(
            temporary, new UploadedFile(temporary.Path, "text.txt", "text/plain", bytes.Length, SHA256.HashData(bytes)));
    }

    private sealed record StoredFile(TemporaryFile Temporary, UploadedFile Upload) : IDisposable
    {
        public void Dispose() => Temporary.Dispose();
    }
}
