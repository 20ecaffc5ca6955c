using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>Tells apart why PostgreSQL cannot be used.</summary>
/// <param name="Code">Of the catalogue.</param>
/// <param name="Reason">The message of the driver or the server, which holds no secret.</param>
public sealed record PostgresFailure(string Code, string Reason)
{
    /// <summary>The failure that an exception of Npgsql shows.</summary>
    public static PostgresFailure Of(Exception exception) => Find<PostgresException>(exception) is { } server
        ? new PostgresFailure(OfState(server), server.MessageText)
        : new PostgresFailure(OfTransport(exception), Innermost(exception).Message);

    private static string OfState(PostgresException server) => server.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
            or PostgresErrorCodes.InsufficientPrivilege => PostgresCodes.Authentication,
        PostgresErrorCodes.InvalidCatalogName => PostgresCodes.DatabaseMissing,
        PostgresErrorCodes.TooManyConnections => PostgresCodes.TooManyClients,
        PostgresErrorCodes.DiskFull => PostgresCodes.DiskFull,
        PostgresErrorCodes.ReadOnlySqlTransaction => PostgresCodes.ReadOnly,
        PostgresErrorCodes.CannotConnectNow => InRecovery(server.MessageText) ? PostgresCodes.Recovery : PostgresCodes.Starting,
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => PostgresCodes.Starting,
        PostgresErrorCodes.QueryCanceled => PostgresCodes.NoAnswer,
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => PostgresCodes.Corrupted,
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn => PostgresCodes.Migration,
        _ when DiskSpace.IsNamedIn(server.MessageText) => PostgresCodes.DiskFull,
        PostgresErrorCodes.IoError or PostgresErrorCodes.UndefinedFile => PostgresCodes.Corrupted,
        _ => PostgresCodes.NoAnswer,
    };

    private static string OfTransport(Exception exception) => Find<SocketException>(exception)?.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery =>
            PostgresCodes.NameResolution,
        SocketError.ConnectionRefused => PostgresCodes.Refused,
        // A Unix socket that does not exist.
        SocketError.AddressNotAvailable => PostgresCodes.Refused,
        null when Find<AuthenticationException>(exception) is not null || IsLogin(exception) => PostgresCodes.Authentication,
        null when HasNoPrimary(exception) => PostgresCodes.Recovery,
        _ => PostgresCodes.NoAnswer,
    };

    internal static bool IsCorruption(string message) =>
        message.Contains("invalid page in block", StringComparison.Ordinal)
        || message.Contains("page verification failed", StringComparison.Ordinal)
        || message.Contains("could not read block", StringComparison.Ordinal)
        || message.Contains("contains unexpected zero page", StringComparison.Ordinal)
        || message.Contains("contains corrupted page", StringComparison.Ordinal);

    private static bool InRecovery(string message) =>
        message.Contains("recovery", StringComparison.Ordinal) || message.Contains("consistent", StringComparison.Ordinal);

    // Npgsql has no type for a password that is missing or a method that it cannot serve.
    private static bool IsLogin(Exception exception) =>
        exception.Message.Contains("password", StringComparison.OrdinalIgnoreCase)
        || exception.Message.Contains("authentication", StringComparison.OrdinalIgnoreCase)
        || exception.Message.Contains("SSL", StringComparison.Ordinal);

    // Nor for several hosts of which each answers and none is the primary.
    private static bool HasNoPrimary(Exception exception) =>
        exception.Message.Contains("No suitable host", StringComparison.Ordinal);

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        while (exception is not null and not T)
        {
            exception = exception is AggregateException { InnerExceptions: [var first, ..] } ? first : exception.InnerException;
        }

        return (T?)exception;
    }

    private static Exception Innermost(Exception exception) =>
        exception.InnerException is { } inner ? Innermost(inner) : exception;
}
