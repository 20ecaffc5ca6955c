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
        PostgresException postgres when IsExhausted(postgres) => true,
        IOException { HResult: NoSpace or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull } => true,
        _ => IsExhausted(exception.InnerException),
    };

    /// <summary>The disk of the database is full, by what its server says.</summary>
    public static bool IsDatabaseExhausted(Exception? exception) => exception switch
    {
        null => false,
        PostgresException postgres when IsExhausted(postgres) => true,
        _ => IsDatabaseExhausted(exception.InnerException),
    };

    /// <summary>Whether a text of the server or of its log names a full disk, in the words of the operating system.</summary>
    public static bool IsNamedIn(string message) =>
        message.Contains("No space left on device", StringComparison.Ordinal)
        || message.Contains("Disk quota exceeded", StringComparison.Ordinal)
        || message.Contains("File too large", StringComparison.Ordinal)
        // The first file of a new session, whose error the server reports without its reason.
        || message.Contains("could not write init file", StringComparison.Ordinal);

    /// <summary>Texts count only with the codes of failures of the system: others quote what a user sent.</summary>
    private static bool IsExhausted(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.DiskFull => true,
        PostgresErrorCodes.InternalError or PostgresErrorCodes.IoError => IsNamedIn(exception.MessageText),
        _ => false,
    };
}
