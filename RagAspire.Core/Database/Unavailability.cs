using System.Text;
using Npgsql;

namespace RagAspire.Database;

/// <summary>Tells a database that cannot be asked now from a wrong command.</summary>
public static class Unavailability
{
    /// <summary>
    /// The server is away, starting, stopping, out of connections or disk space, or silent, so the same call may succeed later.
    /// Only Npgsql's exceptions count, and exceptions that wrap them: a bare timeout or socket error belongs to another
    /// component.
    /// </summary>
    public static bool IsUnavailable(Exception exception) => Find(exception) switch
    {
        null => false,
        PostgresException postgres => postgres.IsTransient || IsFatal(postgres) || postgres.SqlState is
            PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.InvalidCatalogName
            or PostgresErrorCodes.ObjectNotInPrerequisiteState or PostgresErrorCodes.ReadOnlySqlTransaction
            || DiskSpace.IsDatabaseExhausted(postgres),
        _ => true,
    };

    /// <summary>
    /// A command or connection attempt ran out of time. It is unavailability too, because Npgsql reports a slow command and a
    /// silent server alike, but users are told of the timeout and not of an absent server.
    /// </summary>
    public static bool IsTimeout(Exception exception) => Find(exception)?.InnerException is TimeoutException;

    /// <summary>
    /// A text has a character that PostgreSQL cannot store, such as NUL: the input is wrong, and not the command.
    /// </summary>
    public static bool IsUnstorableText(Exception exception) => exception is EncoderFallbackException or PostgresException
    {
        SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter,
    };

    /// <summary>The server closes the connection, for whatever reason. Refused credentials are no outage.</summary>
    private static bool IsFatal(PostgresException exception) =>
        exception.InvariantSeverity is "FATAL" or "PANIC" && !exception.SqlState.StartsWith("28", StringComparison.Ordinal);

    private static NpgsqlException? Find(Exception? exception) => exception switch
    {
        null => null,
        NpgsqlException npgsql => npgsql,
        _ => Find(exception.InnerException),
    };
}
