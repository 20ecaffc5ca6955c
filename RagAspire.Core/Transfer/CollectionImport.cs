using System.Security.Cryptography;
using RagAspire.Documents;
using RagAspire.Documents.Archives;
using RagAspire.Documents.Intake;
using RagAspire.Documents.Leases;
using RagAspire.Extraction;
using RagAspire.Metadata;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Transfer;

/// <summary>The target collection of an import, and the caller to whom it is attributed.</summary>
/// <param name="KeyId">The API key that pays for what is embedded again; null for none.</param>
/// <param name="LargestFile">In bytes; documents with a larger original are left out.</param>
public sealed record ImportTarget(string Collection, string Actor, string? KeyId, long LargestFile);

/// <summary>
/// Takes in the archive of a collection: checks all of it first, then document by document. Idempotent, and safe to kill
/// anywhere: a document that is half taken in waits like an upload, and the next import or a worker completes it.
/// </summary>
public sealed class CollectionImport(
    ImportedDocuments documents,
    ImportedChunks chunks,
    DocumentLeases leases,
    Embedder embedder)
{
    /// <summary>Far from what a document gets by new versions, and from what the number of the next one could hold.</summary>
    private const int MaxVersion = 1_000_000_000;

    /// <param name="archive">A file, because it is read twice.</param>
    /// <exception cref="TransferException">It is damaged, or no export of a collection. Nothing was taken in.</exception>
    public async Task<ImportReport> RunAsync(Stream archive, ImportTarget target, CancellationToken cancellationToken)
    {
        archive.Position = 0;
        var manifest = await TransferCheck.RunAsync(archive, cancellationToken);
        archive.Position = 0;
        var progress = new ImportProgress(target.Collection);
        await using var text = new Spool();
        TransferDocument? document = null;
        await foreach (var entry in TransferCheck.ReadAsync(archive, cancellationToken))
        {
            if (entry.Path.StartsWith("documents/", StringComparison.Ordinal))
            {
                await text.FillAsync(entry.Body, cancellationToken);
                document = await text.Lines(entry.Path).NextAsync<TransferDocument>(cancellationToken)
                    ?? throw new TransferException($"The archive is damaged: {entry.Path} is empty.");
            }
            else if (document is not null && entry.Path == TransferPaths.Original(document.Id))
            {
                Guid Own(Guid id) => ImportedDocuments.IdOf(id, manifest.Collection, target.Collection);
                var own = document with
                {
                    Id = Own(document.Id),
                    ParentId = document.ParentId is { } parent ? Own(parent) : null,
                };
                progress.Documents++;
                await TakeAsync(own, text.Lines(entry.Path), entry.Body, target, progress, cancellationToken);
                document = null;
            }
        }

        var report = progress.Report();
        await documents.AuditAsync(report, target.Actor, cancellationToken);
        return report;
    }

    private async Task TakeAsync(
        TransferDocument document, TransferLines lines, Stream original, ImportTarget target, ImportProgress progress,
        CancellationToken cancellationToken)
    {
        using var temporary = new TemporaryFile();
        var (file, refusal) = await ReceiveAsync(document, original, temporary, target, cancellationToken);
        if (file is null)
        {
            progress.Rejected++;
            progress.Note($"{document.Name}: {refusal}");
            return;
        }

        switch (await documents.AddAsync(document, file, target.Collection, target.Actor, cancellationToken))
        {
            case ImportState.Same:
                progress.Unchanged++;
                return;
            case ImportState.Other:
                progress.Kept++;
                progress.Note($"{document.Name}: another document with its id, its bytes or its external id is here, and was kept.");
                return;
            default:
                progress.Imported++;
                await CompleteAsync(document, lines, progress, cancellationToken);
                return;
        }
    }

    private async Task CompleteAsync(
        TransferDocument document, TransferLines lines, ImportProgress progress, CancellationToken cancellationToken)
    {
        if (document.Status == DocumentStatus.Failed)
        {
            return;
        }

        if (document.Status != DocumentStatus.Ready)
        {
            progress.ProcessedAgain++;
            progress.Note($"{document.Name}: it was not processed when it was exported.");
            return;
        }

        await using var lease = (await leases.AcquireAsync([document.Id], cancellationToken)).SingleOrDefault();
        if (lease is null)
        {
            progress.ProcessedAgain++;
            progress.Note($"{document.Name}: a worker was faster, and reads it from its original.");
            return;
        }

        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            var taken = await chunks.TakeAsync(document, lines, held.Token);
            progress.Add(document, taken, embedder.Model);
            await chunks.PublishAsync(lease.Document, held.Token);
            var prepared = new PreparedVersion(
                new ReadDocument(taken.Chunks, document.Warnings, document.Coverage) { Properties = document.Properties },
                embedder.Model, chunks.Analysis);
            if (await lease.ReadyAsync(prepared, held.Token) && embedder.Model is { } model)
            {
                await documents.CountVectorsAsync(document.Id, model, cancellationToken);
            }
        }
        catch (Exception ex) when (ex is VectorIndexUnavailableException)
        {
            await lease.PostponeAsync(ex.Message, TimeSpan.FromMinutes(1), countsAsAttempt: false, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Stores the original on disk, and looks at it as at an upload.</summary>
    private static async Task<(UploadedFile? File, string? Refusal)> ReceiveAsync(
        TransferDocument document, Stream original, TemporaryFile temporary, ImportTarget target,
        CancellationToken cancellationToken)
    {
        await using var file = temporary.Create();
        if (document.Version is < 1 or > MaxVersion)
        {
            return (null, "it has a version that no document has.");
        }

        if (document.SizeBytes > target.LargestFile)
        {
            return (null, $"it is larger than {target.LargestFile >> 20} MiB.");
        }

        await original.CopyToAsync(file, cancellationToken);
        await file.FlushAsync(cancellationToken);
        file.Position = 0;
        var hash = await SHA256.HashDataAsync(file, cancellationToken);
        if (Convert.ToHexStringLower(hash) != document.Sha256 || file.Length == 0)
        {
            return (null, "its original is not the one that the archive describes.");
        }

        file.Position = 0;
        var name = ArchivePath.Clean(document.Name);
        var type = await DocumentType.DetectAsync(file, name, cancellationToken);
        if (type.Refusal is { } refusal)
        {
            return (null, refusal);
        }

        try
        {
            var metadata = DocumentMetadata.Of(document.Metadata);
            var upload = new UploadedFile(temporary.Path, name, type.ContentType, file.Length, hash, target.KeyId);
            return (upload with { Metadata = metadata }, null);
        }
        catch (FormatException ex)
        {
            return (null, ex.Message);
        }
    }

    /// <summary>The text of the document whose original comes next, on disk.</summary>
    private sealed class Spool : IAsyncDisposable
    {
        private readonly FileStream _file = TemporaryFile.CreateUnnamed();

        public async Task FillAsync(Stream body, CancellationToken cancellationToken)
        {
            _file.SetLength(0);
            await body.CopyToAsync(_file, cancellationToken);
            _file.Position = 0;
        }

        public TransferLines Lines(string path)
        {
            _file.Position = 0;
            return new TransferLines(_file, path);
        }

        public ValueTask DisposeAsync() => _file.DisposeAsync();
    }
}
