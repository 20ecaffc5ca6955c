using System.Buffers.Text;
using System.Security.Cryptography;

namespace RagAspire.Embedded;

/// <summary>A random secret kept in one file that only its owner can read.</summary>
public static class SecretFile
{
    /// <summary>Reads the secret, or creates one of 256 random bits (43 characters, URL-safe).</summary>
    public static string ReadOrCreate(string path)
    {
        if (File.Exists(path))
        {
            var kept = File.ReadAllText(path).Trim();
            if (kept.Length > 0)
            {
                return kept;
            }
        }

        var secret = Create();
        Write(path, secret);
        return secret;
    }

    /// <summary>A new secret of the same kind that is kept nowhere.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Writes a temporary file and renames it, so that a crash never leaves half a secret.</summary>
    public static void Write(string path, string secret)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(fresh, options))
        {
            writer.WriteLine(secret);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
