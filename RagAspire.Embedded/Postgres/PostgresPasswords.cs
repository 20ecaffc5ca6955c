namespace RagAspire.Embedded.Postgres;

/// <summary>The passwords of the server's roles.</summary>
/// <param name="Superuser">Of the role that initdb made. Only the process that runs the server uses it.</param>
/// <param name="Application">Of the role that owns the database.</param>
/// <param name="Restore">Of the login as which backups are restored.</param>
public sealed record PostgresPasswords(string Superuser, string Application, string Restore)
{
    public const string ApplicationFile = "postgres-password";
    public const string SuperuserFile = "postgres-superuser-password";
    public const string RestoreFile = "postgres-restore-password";

    /// <summary>Each from a file of the data directory that only its owner can read.</summary>
    public static PostgresPasswords ReadOrCreate(string dataDirectory) => new(
        SecretFile.ReadOrCreate(Path.Combine(dataDirectory, SuperuserFile)),
        SecretFile.ReadOrCreate(Path.Combine(dataDirectory, ApplicationFile)),
        SecretFile.ReadOrCreate(Path.Combine(dataDirectory, RestoreFile)));
}
