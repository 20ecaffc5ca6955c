using System.Security.Cryptography;
using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Restore;

/// <summary>
/// The login under which a dump is loaded and first read. A dump is a program: under the rights of a superuser it could start any
/// other, and under those of the application it could reach the live data. This login owns nothing but what it loads.
/// </summary>
internal sealed class RestoreLogin
{
    private readonly NpgsqlConnectionStringBuilder _administration;
    private readonly string _role;
    private readonly RoleKind _kind;

    private RestoreLogin(NpgsqlConnectionStringBuilder administration, string role, string? password, RoleKind kind)
    {
        (_administration, _role, _kind) = (administration, role, kind);
        ConnectionString = new(administration.ConnectionString) { Username = role, Password = password, SearchPath = null };
    }

    private enum RoleKind
    {
        /// <summary>The role of the caller itself.</summary>
        Own,

        /// <summary>The role of the configuration.</summary>
        Configured,

        /// <summary>A role for this restore.</summary>
        Temporary,
    }

    /// <summary>The target database, as this login.</summary>
    public NpgsqlConnectionStringBuilder ConnectionString { get; }

    private string Quoted => BackupDatabase.Quote(_role);

    /// <summary>
    /// Makes the login ready for one database: the configured role where the server has it, else a new one where the caller may
    /// create roles, else the caller's own role, when that is an ordinary one.
    /// </summary>
    /// <param name="target">The database, as a role that may grant rights on it.</param>
    /// <exception cref="MaintenanceException">No role without dangerous rights can be used.</exception>
    public static async Task<RestoreLogin> CreateAsync(
        NpgsqlConnectionStringBuilder target, BackupOptions options, CancellationToken cancellationToken)
    {
        await using var connection = await BackupDatabase.OpenAsync(target, cancellationToken);
        var caller = await RightsAsync(connection, role: null, cancellationToken);
        var login = await ConfiguredAsync(connection, target, options, cancellationToken)
            ?? (caller.MayCreateRoles ? await TemporaryAsync(connection, target, cancellationToken) : null)
            ?? new RestoreLogin(target, caller.Role, target.Password, RoleKind.Own);
        var rights = await RightsAsync(connection, login._role, cancellationToken);
        if (rights.Dangerous.Length > 0)
        {
            throw new MaintenanceException(
                $"The dump would be loaded as the role {rights.Role}, which has dangerous rights ({rights.Dangerous}): take them "
                + "away, or set Backups:RestoreRole to an ordinary role.");
        }

        if (login._kind != RoleKind.Own)
        {
            await connection.Command($"""
                grant connect, temporary on database {BackupDatabase.Quote(target.Database!)} to {login.Quoted};
                grant usage, create on schema {Dumps.Snapshot.Schema} to {login.Quoted};
                """).ExecuteAsync(cancellationToken);
        }

        return login;
    }

    /// <summary>Gives everything that was loaded to the role of the caller, and takes all rights from this login.</summary>
    public async Task HandOverAsync(CancellationToken cancellationToken)
    {
        if (_kind != RoleKind.Own)
        {
            await using var connection = await BackupDatabase.OpenAsync(_administration, cancellationToken);
            await connection.Command($"reassign owned by {Quoted} to current_user").ExecuteAsync(cancellationToken);
        }

        await RemoveAsync(cancellationToken);
    }

    /// <summary>Takes all rights from this login, and drops what it owns. A temporary one is dropped itself.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (_kind == RoleKind.Own)
        {
            return;
        }

        await using var connection = await BackupDatabase.OpenAsync(_administration, cancellationToken);
        await connection.Command($"drop owned by {Quoted}").ExecuteAsync(cancellationToken);
        if (_kind == RoleKind.Temporary)
        {
            await connection.Command($"drop role {Quoted}").ExecuteAsync(cancellationToken);
        }
    }

    /// <summary>Drops the temporary login of a database that was dropped.</summary>
    public static async Task ForgetAsync(NpgsqlConnection server, uint database, CancellationToken cancellationToken)
    {
        // Without the right to create roles even "drop role if exists" is refused.
        if (await ExistsAsync(server, NameFor(database), cancellationToken))
        {
            await server.Command($"drop role {NameFor(database)}").ExecuteAsync(cancellationToken);
        }
    }

    private static Task<bool> ExistsAsync(NpgsqlConnection connection, string role, CancellationToken cancellationToken) =>
        connection.Command("select exists (select from pg_roles where rolname = $1)", role).ScalarAsync<bool>(cancellationToken);

    private static async Task<RestoreLogin?> ConfiguredAsync(
        NpgsqlConnection connection,
        NpgsqlConnectionStringBuilder target,
        BackupOptions options,
        CancellationToken cancellationToken)
    {
        if (options.RestoreRole is not { Length: > 0 } role || !await ExistsAsync(connection, role, cancellationToken))
        {
            return null;
        }

        try
        {
            var password = options.RestorePassword is { Length: > 0 } set
                ? set
                : (await File.ReadAllTextAsync(options.RestorePasswordFile!, cancellationToken)).Trim();
            return new RestoreLogin(target, role, password, RoleKind.Configured);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new MaintenanceException($"The password of the role {role} cannot be read: {ex.Message}", ex);
        }
    }

    /// <summary>
    /// One role for each database, so that the role of a killed restore is used again by the next one. The caller holds the lock
    /// of restores into the database.
    /// </summary>
    private static async Task<RestoreLogin> TemporaryAsync(
        NpgsqlConnection connection, NpgsqlConnectionStringBuilder target, CancellationToken cancellationToken)
    {
        var database = await connection.Command("select oid from pg_database where datname = current_database()")
            .ScalarAsync<uint>(cancellationToken);
        var (role, password) = (NameFor(database), RandomNumberGenerator.GetHexString(64, lowercase: true));
        var verb = await ExistsAsync(connection, role, cancellationToken) ? "alter" : "create";
        await connection.Command($"""
            {verb} role {role} login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls
                password '{password}';
            grant {role} to current_user;
            """).ExecuteAsync(cancellationToken);
        return new RestoreLogin(target, role, password, RoleKind.Temporary);
    }

    private static string NameFor(uint database) => FormattableString.Invariant($"ragaspire_restore_{database}");

    /// <param name="role">Null for the role of the connection.</param>
    private static async Task<RoleRights> RightsAsync(
        NpgsqlConnection connection, string? role, CancellationToken cancellationToken) =>
        (await connection.Command("""
            select r.rolname::text, r.rolsuper or r.rolcreaterole,
                concat_ws(', ',
                    case when r.rolsuper then 'superuser' end, case when r.rolcreaterole then 'createrole' end,
                    case when r.rolbypassrls then 'bypassrls' end, case when r.rolreplication then 'replication' end,
                    (select string_agg(p.rolname, ', ' order by p.rolname) from pg_roles p
                     where p.rolname in ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
                        and not r.rolsuper and pg_has_role(r.oid, p.oid, 'member')))
            from pg_roles r where r.rolname = coalesce($1::text, current_user)
            """, role).FirstAsync(
            row => new RoleRights(row.GetString(0), row.GetBoolean(1), row.GetString(2)), cancellationToken))!;

    private sealed record RoleRights(string Role, bool MayCreateRoles, string Dangerous);
}
