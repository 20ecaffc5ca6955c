using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Signing;

/// <summary>
/// The keys for manifests: the current one, and former ones that only verify. Without a configured key, the first backup creates
/// one in the data directory.
/// </summary>
public sealed class SigningKeys(IOptions<BackupOptions> options, IConfiguration configuration)
{
    private const string DefaultFileName = "backup-signing-key";

    private readonly BackupOptions _options = options.Value;

    /// <summary>The key that signs new backups.</summary>
    /// <exception cref="MaintenanceException">It cannot be read or created.</exception>
    internal SigningKey Current()
    {
        if (Configured() is { } configured)
        {
            return configured;
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
    internal IReadOnlyList<SigningKey> Trusted()
    {
        var current = Configured() ?? (File.Exists(DefaultFile()) ? Read(DefaultFile()) : null);
        return [.. current is null ? [] : new[] { current }, .. _options.FormerSigningKeys.Select(Former)];
    }

    private SigningKey? Configured() => _options switch
    {
        { SigningKey: { Length: > 0 } secret } => SigningKey.Of(secret),
        { SigningKeyFile: { Length: > 0 } file } => Read(file),
        _ => null,
    };

    private SigningKey Former(string keyOrFile) => File.Exists(keyOrFile) ? Read(keyOrFile) : SigningKey.Of(keyOrFile);

    private SigningKey Read(string file)
    {
        RequireOutsideBackups(file);
        return Attempt(file, () => SigningKey.Of(File.ReadAllText(file)));
    }

    private static SigningKey Attempt(string file, Func<SigningKey> read)
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
                $"The signing key {file} lies among the backups in {place}, where a writer of forged backups would find it: move "
                + "it elsewhere, and set Backups:SigningKeyFile.");
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
