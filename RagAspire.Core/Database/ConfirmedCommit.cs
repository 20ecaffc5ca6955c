using Npgsql;

namespace RagAspire.Database;

/// <summary>Commits what is acknowledged to a client.</summary>
public static class ConfirmedCommit
{
    /// <summary>
    /// Commits, and fails when the wait for a synchronous standby was cut short by the time limit of a command. PostgreSQL keeps
    /// the changes then and only warns, so that a fail-over would lose what the client was told is stored.
    /// </summary>
    /// <exception cref="NpgsqlException">
    /// The commit failed, or its changes are stored and not known to be on the standby: the same call may be repeated.
    /// </exception>
    public static async Task CommitConfirmedAsync(this NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var isConfirmed = true;

        // Unlike the message, the name of the server's routine is not translated.
        void Watch(object sender, NpgsqlNoticeEventArgs e) => isConfirmed &= e.Notice.Routine != "SyncRepWaitForLSN";

        connection.Notice += Watch;
        try
        {
            await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            connection.Notice -= Watch;
        }

        if (!isConfirmed)
        {
            const string reason = "No synchronous standby has confirmed the commit in time";
            throw new NpgsqlException(reason, new TimeoutException(reason));
        }
    }
}
