namespace RagAspire.Database;

/// <summary>
/// The keys of PostgreSQL's advisory locks, in one place, so that no two uses share a key. The values are never changed:
/// versions of the product that run side by side must use the same locks.
/// </summary>
internal static class AdvisoryLocks
{
    /// <summary>One process migrates at a time.</summary>
    public const long Migration = 0x7261_6741_7370;

    /// <summary>Appends to the change feed are serialised.</summary>
    public const long ChangeFeed = 0x7261_6763_6867;

    /// <summary>One backup is written at a time.</summary>
    public const long BackupWriting = 0x7261_6762_6b75;

    /// <summary>Shared while backups are read, exclusive while backups are deleted.</summary>
    public const long BackupReading = 0x7261_6762_6b72;

    /// <summary>One restore into a database at a time.</summary>
    public const long Restore = 0x7261_6762_7265;

    /// <summary>One restore drill at a time.</summary>
    public const long RestoreDrill = 0x7261_6762_6472;

    /// <summary>First key of the pair that locks one maintenance task; the second is the hash of its name.</summary>
    public const int MaintenanceTask = 0x7261_676D;

    /// <summary>First key of the pair that locks the documents inside one document; the second is the hash of its id.</summary>
    public const int DocumentTree = 0x7261_6764;
}
