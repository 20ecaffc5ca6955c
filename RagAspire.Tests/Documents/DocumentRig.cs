using System.Security.Cryptography;
using System.Text;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Documents.Leases;
using RagAspire.Ingestion;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Documents;

/// <summary>Stores text documents as the API does, without the API.</summary>
internal static class DocumentRig
{
    private static readonly Dictionary<string, string> NoTags = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<Guid> UploadAsync(
        this CoreServices core, string text, string collection = "default", string? key = null)
    {
        using var file = await StoreAsync(text);
        var upload = file.Upload with { UploadedBy = key };
        return (await core.Get<DocumentIntake>().AcceptAsync(upload, collection, NoTags, "test", Token)).Document.Id;
    }

    /// <summary>Processes a document, if it waits.</summary>
    public static async Task IngestAsync(this CoreServices core, Guid id)
    {
        if (await core.Get<DocumentLeases>().AcquireAsync(id, Token) is { } lease)
        {
            await core.Get<DocumentIngestion>().RunAsync(lease, Token);
        }
    }

    public static async Task<Document> ReplaceAsync(this CoreServices core, Guid id, string text)
    {
        using var file = await StoreAsync(text);
        return (await core.Get<DocumentIntake>().ReplaceAsync(id, file.Upload, NoTags, "test", Token))!.Document;
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
