using Microsoft.Extensions.Logging;
using Npgsql;

namespace RagAspire.Embedded.Postgres;

/// <summary>
/// The roles of the server, which each start brings to this state: the application owns its database and may watch the server,
/// backups are restored by a login without any rights, and only the process that runs the server has the superuser's password.
/// </summary>
/// <param name="passwords">Of the superuser and of the roles that are made.</param>
/// <param name="server">Where the server is, and the name of its superuser.</param>
public sealed partial class PostgresRoles(PostgresPasswords passwords, NpgsqlConnectionStringBuilder server, ILogger logger)
{
    public const string Superuser = "ragaspire_superuser";
    public const string Application = "ragaspire";
    public const string Restore = "ragaspire_restore";

    private const string Successor = "ragaspire_successor";
    private const string Ordinary = "nosuperuser nocreaterole noreplication nobypassrls";

    private const string Extraordinary = """
        select from pg_roles
        where rolname = $1 and (rolsuper or rolcreaterole or rolreplication or rolbypassrls or not rolcanlogin)
        """;

    /// <summary>
    /// Creates what is missing: the roles, and the database. Where nothing is missing nothing is written, so a server with a full
    /// disk starts too.
    /// </summary>
    public async Task EnsureAsync(string database, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenSuperuserAsync(cancellationToken);
            if (connection is null)
            {
                Log.NoSuperuser(logger, PostgresPasswords.SuperuserFile);
            }
            else if (await AnyAsync(connection, "select where not pg_is_in_recovery() and $1 <> ''", database, cancellationToken))
            {
                await EnsureAsync(connection, database, cancellationToken);
            }
        }
        catch (PostgresException ex) when (
            ex.SqlState is PostgresErrorCodes.DiskFull or PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            Log.Postponed(logger, ex.MessageText);
        }
    }

    private async Task EnsureAsync(NpgsqlConnection connection, string database, CancellationToken cancellationToken)
    {
        await EnsureRoleAsync(connection, Application, $"createdb {Ordinary}", passwords.Application, cancellationToken);
        await EnsureRoleAsync(connection, Restore, $"noinherit nocreatedb {Ordinary}", passwords.Restore, cancellationToken);
        foreach (var role in new[] { "pg_monitor", Restore })
        {
            if (!await AnyAsync(connection, $"select where pg_has_role('{Application}', $1, 'member')", role, cancellationToken))
            {
                await ExecuteAsync(connection, $"grant {role} to {Application}", cancellationToken);
            }
        }

        await ExecuteAsync(connection, $"drop role if exists {Successor}", cancellationToken);
        if (!await AnyAsync(connection, "select from pg_database where datname = $1", database, cancellationToken))
        {
            await ExecuteAsync(connection, $"create database {Quote(database)} owner {Application}", cancellationToken);
        }

        await HandOverDatabasesAsync(connection, cancellationToken);
        if (await AnyAsync(connection, """
            select from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) granted
            where d.datname = $1 and granted.grantee = 0
            """, database, cancellationToken))
        {
            await ExecuteAsync(
                connection, $"revoke connect, temporary on database {Quote(database)} from public", cancellationToken);
        }
    }

    public static string ConnectionString(string role, string password, string database, int port) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = role,
            Password = password,
            Database = database,
            // Everything is on this machine: encryption and its negotiation would only cost time.
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;

    /// <returns>Null where the password is of another superuser, and the application's role is an ordinary one.</returns>
    private async Task<NpgsqlConnection?> OpenSuperuserAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(server.Username!, passwords.Superuser, "postgres", cancellationToken);
        }
        catch (PostgresException ex) when (ex.SqlState is PostgresErrorCodes.InvalidPassword
            or PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            return await RenameSuperuserAsync(cancellationToken)
                ? await OpenAsync(server.Username!, passwords.Superuser, "postgres", cancellationToken)
                : null;
        }
    }

    /// <summary>
    /// In a cluster of an earlier version the application's role is the one that initdb made, which stays a superuser for ever.
    /// A session cannot rename its current role, so a temporary superuser renames it, and the application gets a new role.
    /// </summary>
    private async Task<bool> RenameSuperuserAsync(CancellationToken cancellationToken)
    {
        await using (var old = await OpenAsync(Application, passwords.Application, "postgres", cancellationToken))
        {
            if (!await AnyAsync(old, "select from pg_roles where rolname = $1 and rolsuper", Application, cancellationToken))
            {
                return false;
            }

            await EnsureRoleAsync(old, Successor, "superuser", passwords.Superuser, cancellationToken);
        }

        await using var successor = await OpenAsync(Successor, passwords.Superuser, "postgres", cancellationToken);
        await ExecuteAsync(successor, $"""
            begin;
            alter role {Application} rename to {Quote(server.Username!)};
            alter role {Quote(server.Username!)} password '{ScramVerifier.Of(passwords.Superuser)}';
            commit;
            """, cancellationToken);
        Log.Renamed(logger, Application, server.Username!);
        return true;
    }

    private static async Task EnsureRoleAsync(
        NpgsqlConnection connection, string role, string rights, string password, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select rolpassword from pg_authid where rolname = $1", connection);
        command.Parameters.AddWithValue(role);
        var stored = await command.ExecuteScalarAsync(cancellationToken);
        if (stored is null)
        {
            await ExecuteAsync(
                connection, $"create role {role} login {rights} password '{ScramVerifier.Of(password)}'", cancellationToken);
        }
        else if (!ScramVerifier.Matches(stored as string, password)
            || await AnyAsync(connection, Extraordinary, role, cancellationToken))
        {
            await ExecuteAsync(
                connection, $"alter role {role} login {rights} password '{ScramVerifier.Of(password)}'", cancellationToken);
        }
    }

    /// <summary>Gives the application the databases of the superuser and all that is in them, each in one transaction.</summary>
    private async Task HandOverDatabasesAsync(NpgsqlConnection maintenance, CancellationToken cancellationToken)
    {
        var databases = new List<string>();
        await using (var command = new NpgsqlCommand(
            """
            select datname::text from pg_database
            where datdba = 10 and datallowconn and not datistemplate and datname <> 'postgres'
            """, maintenance))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                databases.Add(reader.GetString(0));
            }
        }

        foreach (var database in databases)
        {
            await using var connection = await OpenAsync(server.Username!, passwords.Superuser, database, cancellationToken);
            await ExecuteAsync(connection, $"""
                begin;
                {PostgresOwnership.HandOver(Application)}
                alter database {Quote(database)} owner to {Application};
                commit;
                """, cancellationToken);
            Log.HandedOver(logger, database, Application);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(
        string role, string password, string database, CancellationToken cancellationToken)
    {
        // The names of the statements are PostgreSQL's own, whatever a database has in its other schemas.
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Username = role,
            Password = password,
            Database = database,
            Pooling = false,
            SearchPath = "pg_catalog",
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<bool> AnyAsync(
        NpgsqlConnection connection, string query, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select exists ({query})", connection);
        command.Parameters.AddWithValue(name);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Quote(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Information, "PostgreSQL's superuser {Former} is {Superuser} now; the application has an ordinary role")]
        public static partial void Renamed(ILogger logger, string former, string superuser);

        [LoggerMessage(2, LogLevel.Information, "The database {Database} belongs to {Role} now")]
        public static partial void HandedOver(ILogger logger, string database, string role);

        [LoggerMessage(3, LogLevel.Warning, "PostgreSQL's roles stay as they are: {File} is not the superuser's password")]
        public static partial void NoSuperuser(ILogger logger, string file);

        [LoggerMessage(4, LogLevel.Warning, "PostgreSQL's roles stay as they are until its next start: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
