using System.Security.Cryptography;
using System.Text;

namespace RagAspire.Embedded.Postgres;

/// <summary>
/// The form in which PostgreSQL stores a password (RFC 5802). A statement with it shows no password in the server's log or
/// statistics.
/// </summary>
internal static class ScramVerifier
{
    private const int Iterations = 4096;
    private const int SaltBytes = 16;

    /// <param name="password">ASCII, which needs no normalisation.</param>
    public static string Of(string password) => Of(password, RandomNumberGenerator.GetBytes(SaltBytes));

    /// <summary>Whether a stored verifier is of this password, in the form that <see cref="Of(string)"/> gives.</summary>
    public static bool Matches(string? stored, string password)
    {
        var salt = stored?.Split('$', ':') is ["SCRAM-SHA-256", _, var text, ..] ? text : "";
        var buffer = new byte[SaltBytes];
        return Convert.TryFromBase64String(salt, buffer, out var length) && length == SaltBytes
            && stored == Of(password, buffer);
    }

    private static string Of(string password, byte[] salt)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.ASCII.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:"
            + Convert.ToBase64String(server);
    }
}
