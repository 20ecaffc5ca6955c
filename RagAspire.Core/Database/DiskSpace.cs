using Npgsql;

namespace RagAspire.Database;

/// <summary>Tells a full disk from other failures.</summary>
public static class DiskSpace
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>The disk of this process or of the database is full, or its quota is used up.</summary>
    public static bool IsExhausted(Exception? exception) => exception switch
    {
        null => false,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => true,
        IOException { HResult: NoSpace or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull } => true,
        _ => IsExhausted(exception.InnerException),
    };
}
