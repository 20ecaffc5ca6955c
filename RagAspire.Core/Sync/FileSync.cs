using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Intake;

namespace RagAspire.Sync;

/// <summary>
/// Brings one file in, by the same intake as an upload. What is stored after each file makes a run that was killed continue
/// where it was.
/// </summary>
internal sealed class FileSync(
    DocumentIntake intake, DocumentStore documents, SourceStore store, IOptions<IntakeOptions> options)
{
    /// <exception cref="SourceFileException">The file cannot be read now.</exception>
    /// <exception cref="SourceFileGoneException">The file is not there any more.</exception>
    /// <exception cref="RefusedFileException">The file cannot become a document; that is stored.</exception>
    public async Task<FileOutcome> BringAsync(SourceRun run, SourceFile file, CancellationToken cancellationToken)
    {
        var known = run.Known.GetValueOrDefault(file.Path);
        using var temporary = new TemporaryFile();
        try
        {
            var (received, tag) = await ReceiveAsync(run, file, known, temporary, cancellationToken);
            if (received is null)
            {
                await SaveAsync(run, known! with { Version = file.Version }, cancellationToken);
                return FileOutcome.Unchanged;
            }

            var hash = Convert.ToHexStringLower(received.Sha256);
            var found = new KnownFile(file.Path, file.Version, tag, run.Settings, received.SizeBytes, hash, Refusal: null);
            if (IsStored(run, known) && known!.Sha256 == hash)
            {
                await SaveAsync(run, found with { Document = known.Document }, cancellationToken);
                return FileOutcome.Unchanged;
            }

            var owned = received with
            {
                Source = run.Origin(file.Path),
                Groups = run.Options.NormalGroups,
                Metadata = run.Options.NormalMetadata,
            };
            return await StoreAsync(run, owned, found, known, cancellationToken);
        }
        catch (RefusedFileException ex)
        {
            var refused = new KnownFile(
                file.Path, file.Version, Tag: null, run.RefusalSettings, file.Size, Sha256: null, ex.Message);
            await SaveAsync(run, refused with { Document = known?.Document }, cancellationToken);
            throw;
        }
    }

    /// <summary>Removes the document of a file that is gone, unless something else needs it.</summary>
    public async Task<FileOutcome?> RemoveAsync(SourceRun run, KnownFile file, CancellationToken cancellationToken)
    {
        var isDeleted = file.Document is { IsOwned: true } document && !run.IsNamedAfterPresent(document)
            && await DeleteAsync(run, document.Id, file.Path, cancellationToken);
        if (!run.DryRun)
        {
            await store.ForgetAsync(run.Name, file.Path, cancellationToken);
        }

        return isDeleted ? FileOutcome.Deleted : null;
    }

    /// <summary>Removes documents that no file has any more: a run that was killed has not come to it.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RemoveLeftOversAsync(SourceRun run, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var (id, path, isReplaced) in await store.LeftOversAsync(run.Name, cancellationToken))
        {
            // A file that could not be read this time has no row yet.
            if ((isReplaced || !run.Has(path)) && await DeleteAsync(run, id, path, cancellationToken))
            {
                removed++;
            }
        }

        return removed;
    }

    /// <summary>The hash of a file, without storing anything; null where it cannot be read.</summary>
    public async Task<string?> HashAsync(SourceRun run, SourceFile file, CancellationToken cancellationToken)
    {
        using var temporary = new TemporaryFile();
        try
        {
            var (received, _) = await ReceiveAsync(run, file, known: null, temporary, cancellationToken);
            return Convert.ToHexStringLower(received!.Sha256);
        }
        catch (Exception ex) when (ex is SourceFileException or SourceFileGoneException or RefusedFileException)
        {
            return null;
        }
    }

    private static bool IsStored(SourceRun run, KnownFile? known) =>
        known is { Refusal: null, Document: not null } && known.Settings == run.Settings;

    private async Task<(UploadedFile? File, string? Tag)> ReceiveAsync(
        SourceRun run, SourceFile file, KnownFile? known, TemporaryFile temporary, CancellationToken cancellationToken)
    {
        var limit = options.Value.UploadBytes;
        if (file.Size > limit)
        {
            throw new RefusedFileException(FileFault.TooLarge, $"The file is larger than {limit >> 20} MiB.");
        }

        var tag = IsStored(run, known) ? known!.Tag : null;
        await using var opened = await run.Source.OpenAsync(file, tag, cancellationToken);
        if (opened is null)
        {
            return (null, tag);
        }

        try
        {
            var received = await FileReceiver.ReceiveAsync(opened.Content, opened.Name, temporary, limit, cancellationToken);
            return (received, opened.Tag);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or HttpRequestException
            && !DiskSpace.IsExhausted(ex))
        {
            throw new SourceFileException(ex.Message, ex);
        }
    }

    private async Task<FileOutcome> StoreAsync(
        SourceRun run, UploadedFile file, KnownFile found, KnownFile? known, CancellationToken cancellationToken)
    {
        var holder = await store.HolderAsync(run.Options.Collection, file.Sha256, run.Options.NormalGroups, cancellationToken);
        var isOurs = holder is not null && holder.Source == run.Name;
        var outcome = holder switch
        {
            null => known?.Document is { IsOwned: true } ? FileOutcome.Changed : FileOutcome.Added,
            _ when isOurs && (holder.Path == file.Source!.Path || !run.Has(holder.Path)) =>
                holder.Path == file.Source.Path ? FileOutcome.Changed : FileOutcome.Renamed,
            _ => FileOutcome.Duplicate,
        };
        if (run.DryRun)
        {
            Hold(run, found.Path, known, holder?.Id);
            return outcome;
        }

        var document = outcome == FileOutcome.Duplicate
            ? new KnownDocument(holder!.Id, run.Options.Collection, isOurs, holder.Path)
            : await TakeInAsync(run, file, holder, known, cancellationToken);
        await SaveAsync(run, found with { Document = document }, cancellationToken);
        Hold(run, found.Path, known, document.Id);
        if (known?.Document is { IsOwned: true } before && before.Id != document.Id)
        {
            await DeleteAsync(run, before.Id, found.Path, cancellationToken);
        }

        return document.IsOwned ? outcome : FileOutcome.Duplicate;
    }

    /// <summary>A new version of the file's document where no other file has it, else a document of its own.</summary>
    private async Task<KnownDocument> TakeInAsync(
        SourceRun run, UploadedFile file, BytesHolder? holder, KnownFile? known, CancellationToken cancellationToken)
    {
        var tags = run.Options.Tags.AsReadOnly();
        IntakeResult? result = null;
        if (holder is null && known?.Document is { IsOwned: true } current && current.Collection == run.Options.Collection
            && !run.IsHeldByOther(current.Id, known.Path))
        {
            try
            {
                result = await intake.ReplaceAsync(current.Id, file, tags, run.Actor, cancellationToken);
            }
            catch (DuplicateContentException ex)
            {
                throw new SourceFileException(ex.Message, ex);
            }

            // An upload has taken the document over meanwhile.
            result = result?.Document.Source == file.Source ? result : null;
        }

        result ??= await intake.AcceptAsync(file, run.Options.Collection, tags, run.Actor, cancellationToken);
        var owner = result.Document.Source;
        return new KnownDocument(result.Document.Id, run.Options.Collection, owner?.Name == run.Name, owner?.Path);
    }

    private static void Hold(SourceRun run, string path, KnownFile? known, Guid? documentId)
    {
        if (known?.Document is { } before)
        {
            run.Release(before.Id, path);
        }

        if (documentId is { } now)
        {
            run.Hold(now, path);
        }
    }

    private async Task<bool> DeleteAsync(SourceRun run, Guid documentId, string path, CancellationToken cancellationToken) =>
        !run.IsHeldByOther(documentId, path) && await store.OwnsAsync(run.Name, documentId, cancellationToken)
        && (run.DryRun || await documents.DeleteAsync(documentId, run.Actor, cancellationToken) is not null);

    private Task SaveAsync(SourceRun run, KnownFile file, CancellationToken cancellationToken) =>
        run.DryRun ? Task.CompletedTask : store.SaveAsync(run.Name, file, cancellationToken);
}
