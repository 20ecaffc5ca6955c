namespace RagAspire.Sync;

/// <summary>What one run has to look at. Files that have not changed are in none of the lists.</summary>
/// <param name="Read">New files, and those that may have changed.</param>
/// <param name="Missing">Known files that the source does not list any more.</param>
internal sealed record SyncPlan(IReadOnlyList<SourceFile> Read, IReadOnlyList<KnownFile> Missing, int Unchanged)
{
    /// <param name="settings">Of files that are documents.</param>
    /// <param name="refusalSettings">Of files that were refused: another version of the program may take them.</param>
    public static SyncPlan Of(
        IReadOnlyList<SourceFile> listed, IReadOnlyDictionary<string, KnownFile> known, string settings, string refusalSettings)
    {
        var read = listed.Where(
            file => !IsUnchanged(file, known.GetValueOrDefault(file.Path), settings, refusalSettings)).ToList();
        var paths = listed.Select(file => file.Path).ToHashSet();
        return new SyncPlan(
            read, [.. known.Values.Where(file => !paths.Contains(file.Path))], listed.Count - read.Count);
    }

    private static bool IsUnchanged(SourceFile file, KnownFile? known, string settings, string refusalSettings) =>
        known is not null && file.Version.Length > 0 && known.Version == file.Version
        && (known.Refusal is null ? known.Document is not null && known.Settings == settings : known.Settings == refusalSettings);
}
