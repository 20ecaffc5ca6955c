using Microsoft.Extensions.Options;
using RagAspire.Documents.Intake;

namespace RagAspire.Sync;

/// <summary>
/// One run over one source: what is new comes in, what is gone goes. A source that would lose much, or all, stops the run:
/// a disk that is not mounted is a failure and not a deletion.
/// </summary>
internal sealed class SourceSync(SourceFactory sources, SourceStore store, FileSync files, IOptions<SyncOptions> options)
{
    /// <param name="progress">Gets how many of how many files are done.</param>
    /// <exception cref="SourceUnavailableException">The run has stopped; what was done is kept.</exception>
    /// <returns>The number of files that the source has.</returns>
    public async Task<int> RunAsync(
        string name,
        SourceOptions source,
        bool dryRun,
        SyncReport report,
        Action<int, int> progress,
        CancellationToken cancellationToken)
    {
        using var opened = sources.Open(source);
        var listing = Wanted(source, await opened.ListAsync(cancellationToken));
        if (listing.Files.Count == 0)
        {
            throw new SourceUnavailableException("It has no files, so nothing was changed: is it mounted, and is the place right?");
        }

        var known = await store.FilesAsync(name, cancellationToken);
        var run = new SourceRun(name, source, opened, listing, known) { DryRun = dryRun };
        foreach (var problem in listing.Problems)
        {
            report.Fail(problem);
        }

        var plan = SyncPlan.Of(listing.Files, run.Known, run.Settings, run.RefusalSettings);
        await RequireFewMissingAsync(run, plan, cancellationToken);
        report.Count(FileOutcome.Unchanged, plan.Unchanged);
        var gone = await BringAsync(run, plan.Read, report, progress, cancellationToken);
        await RemoveAsync(run, [.. plan.Missing, .. gone], report, cancellationToken);
        return listing.Files.Count - gone.Count;
    }

    private static SourceListing Wanted(SourceOptions source, SourceListing listing)
    {
        var patterns = new PathPatterns(source.Include, source.Exclude);
        var files = listing.Files.Where(file => patterns.Takes(file.Path)).OrderBy(file => file.Path, StringComparer.Ordinal);
        return listing with { Files = [.. files] };
    }

    /// <returns>Known files that the source says are gone, although they were listed.</returns>
    private async Task<IReadOnlyList<KnownFile>> BringAsync(
        SourceRun run,
        IReadOnlyList<SourceFile> read,
        SyncReport report,
        Action<int, int> progress,
        CancellationToken cancellationToken)
    {
        var gone = new List<KnownFile>();
        foreach (var (index, file) in read.Index())
        {
            progress(index, read.Count);
            try
            {
                report.Count(await files.BringAsync(run, file, cancellationToken));
            }
            catch (RefusedFileException ex)
            {
                report.Refused(file.Path, ex.Message);
            }
            catch (SourceFileException ex)
            {
                report.Failed(file.Path, ex.Message);
            }
            catch (SourceFileGoneException ex) when (run.Known.TryGetValue(file.Path, out var known))
            {
                run.Lose(file.Path);
                gone.Add(known);
                report.Gone(gone.Count, ex.Message);
            }
            catch (SourceFileGoneException ex)
            {
                report.Failed(file.Path, ex.Message);
            }
        }

        return gone;
    }

    private async Task RemoveAsync(
        SourceRun run, IReadOnlyList<KnownFile> missing, SyncReport report, CancellationToken cancellationToken)
    {
        if (!run.MayDelete)
        {
            report.Note($"Nothing was deleted, because not everything could be listed; {missing.Count} files were not found.");
            return;
        }

        RequireFew(run, missing.Count(file => IsLost(run, file)));
        foreach (var file in missing)
        {
            if (await files.RemoveAsync(run, file, cancellationToken) is { } outcome)
            {
                report.Count(outcome);
            }
        }

        report.Count(FileOutcome.Deleted, await files.RemoveLeftOversAsync(run, cancellationToken));
    }

    /// <summary>Before anything is changed. Files that have only moved are recognised by their hashes.</summary>
    private async Task RequireFewMissingAsync(SourceRun run, SyncPlan plan, CancellationToken cancellationToken)
    {
        var lost = plan.Missing.Where(file => IsLost(run, file)).ToList();
        if (!run.MayDelete || IsFew(run, lost.Count))
        {
            return;
        }

        var moved = new HashSet<string>();
        var sizes = lost.Select(file => file.Size).ToHashSet();
        var hashes = lost.Select(file => file.Sha256).OfType<string>().ToHashSet();
        var candidates = plan.Read.Where(
            file => !run.Known.ContainsKey(file.Path) && (file.Size is null || sizes.Contains(file.Size)));
        foreach (var file in candidates)
        {
            if (await files.HashAsync(run, file, cancellationToken) is { } hash && hashes.Contains(hash))
            {
                moved.Add(hash);
            }
        }

        RequireFew(run, lost.Count(file => file.Sha256 is null || !moved.Contains(file.Sha256)));
    }

    /// <summary>Whether the document of a missing file would go.</summary>
    private static bool IsLost(SourceRun run, KnownFile file) =>
        file.Document is { IsOwned: true } document && !run.IsHeldByOther(document.Id, file.Path);

    private bool IsFew(SourceRun run, int lost) =>
        lost <= options.Value.MinDeletedFiles || lost <= options.Value.MaxDeletedShare * run.Known.Count;

    /// <exception cref="SourceUnavailableException">More would be lost than one run may.</exception>
    private void RequireFew(SourceRun run, int lost)
    {
        if (!IsFew(run, lost))
        {
            throw new SourceUnavailableException(
                $"{lost} of {run.Known.Count} files are gone, more than one run may delete, so nothing was deleted. If that is "
                + "right, run the source once with a larger Sync:MaxDeletedShare.");
        }
    }
}
