using System.Net.Sockets;
using Npgsql;

namespace RagAspire.Database;

/// <summary>Tells a database that cannot be asked now from a question that is wrong.</summary>
public static class Unavailability
{
    /// <summary>Server away, starting, stopping, out of connections or silent: the same call may succeed later.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is
            PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.InvalidCatalogName
            or PostgresErrorCodes.ObjectNotInPrerequisiteState or PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException => true,
        SocketException or TimeoutException => true,
        _ => exception.InnerException is { } inner && IsUnavailable(inner),
    };
}
