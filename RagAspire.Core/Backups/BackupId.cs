using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace RagAspire.Backups;

/// <summary>Ids of backups, such as <c>20261122T053000Z-1f0c9a7e</c>: they sort by time and are safe as file names.</summary>
public static partial class BackupId
{
    public static string New(DateTimeOffset at) => string.Create(
        CultureInfo.InvariantCulture,
        $"{at.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

    public static bool IsValid(string id) => Pattern().IsMatch(id);

    [GeneratedRegex(@"\A[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}\z")]
    private static partial Regex Pattern();
}
