using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Signing;

/// <summary>
/// The keys for manifests: the current one, and others that only verify. Without a configured key, the first backup creates a
/// secret in the data directory.
/// </summary>
public sealed class SigningKeys(IOptions<BackupOptions> options, IConfiguration configuration)
{
    private const string DefaultFileName = "backup-signing-key";

    private readonly BackupOptions _options = options.Value;

    /// <summary>The key that signs new backups.</summary>
    /// <exception cref="MaintenanceException">It cannot be read or created, or the machine has only public keys.</exception>
    internal ISigner Current()
    {
        if (Configured() is { } configured)
        {
            return configured;
        }

        if (_options.TrustedPublicKeys.Count > 0)
        {
            throw new MaintenanceException(
                "This machine has only public keys (Backups:TrustedPublicKeys): it verifies and restores backups, and makes none. Set "
                + "Backups:SigningPrivateKeyFile where backups are made.");
        }

        var file = DefaultFile();
        RequireOutsideBackups(file);
        return Attempt(file, () =>
        {
            if (!File.Exists(file))
            {
                Create(file);
            }

            return SigningKey.Of(File.ReadAllText(file));
        });
    }

    /// <summary>The keys by which a backup is trusted; empty where there is none yet.</summary>
    /// <exception cref="MaintenanceException">One cannot be read.</exception>
    internal IReadOnlyList<IVerifier> Trusted() =>
    [
        .. (Configured() ?? Created()) is { } own ? new IVerifier[] { own } : [],
        .. _options.FormerSigningKeys.Select(former => Read(former, SigningKey.Of)),
        .. _options.TrustedPublicKeys.Select(key => Read(key, Ed25519PublicKey.Of)),
    ];

    private ISigner? Configured() => _options switch
    {
        { SigningPrivateKey: { Length: > 0 } pem } => Ed25519PrivateKey.Of(pem),
        { SigningPrivateKeyFile: { Length: > 0 } file } => ReadFile(file, Ed25519PrivateKey.Of),
        { SigningKey: { Length: > 0 } secret } => SigningKey.Of(secret),
        { SigningKeyFile: { Length: > 0 } file } => ReadFile(file, SigningKey.Of),
        _ => null,
    };

    /// <summary>The key of an earlier backup. A machine that is given public keys trusts those only.</summary>
    private SigningKey? Created() =>
        _options.TrustedPublicKeys.Count == 0 && File.Exists(DefaultFile()) ? ReadFile(DefaultFile(), SigningKey.Of) : null;

    private TKey Read<TKey>(string keyOrFile, Func<string, TKey> parse) =>
        File.Exists(keyOrFile) ? ReadFile(keyOrFile, parse) : parse(keyOrFile);

    private TKey ReadFile<TKey>(string file, Func<string, TKey> parse)
    {
        RequireOutsideBackups(file);
        return Attempt(file, () => parse(File.ReadAllText(file)));
    }

    private static TKey Attempt<TKey>(string file, Func<TKey> read)
    {
        try
        {
            return read();
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new MaintenanceException($"The signing key of backups cannot be read from {file}: {ex.Message}", ex);
        }
    }

    /// <summary>A key beside the backups would be changed together with them.</summary>
    private void RequireOutsideBackups(string file)
    {
        var place = Path.GetFullPath(_options.Directory ?? BackupPlaces.DefaultDirectory(configuration));
        if (Path.GetFullPath(file).StartsWith(place + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new MaintenanceException(
                $"The key {file} lies among the backups in {place}, where a writer of forged backups would find it: move "
                + "it elsewhere, and change its setting.");
        }
    }

    private string DefaultFile() => Path.Combine(BackupPlaces.DataDirectory(configuration), DefaultFileName);

    /// <summary>Creates the file in one step: another process may create it at the same time, and its key counts then.</summary>
    private static void Create(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var fresh = $"{file}.{Guid.NewGuid():N}.new";
        var mode = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(fresh, mode))
        {
            writer.WriteLine(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        }

        try
        {
            File.Move(fresh, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(fresh);
        }
    }
}
