using System.Globalization;

namespace RagAspire.Embedded.Postgres;

/// <summary>The directories in which installers put PostgreSQL's server programs.</summary>
internal static class PostgresLocations
{
    /// <summary>The PATH first, because the user controls it; then the usual places, newest version first.</summary>
    public static IReadOnlyList<string> Usual() =>
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        .. NewestFirst("/usr/lib/postgresql", "*", "bin"),
        .. NewestFirst("/usr", "pgsql-*", "bin"),
        .. NewestFirst("/opt/homebrew/opt", "postgresql*", "bin"),
        .. NewestFirst("/usr/local/opt", "postgresql*", "bin"),
        .. NewestFirst("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
        .. NewestFirst(
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*", "bin"),
        "/usr/local/pgsql/bin",
    ];

    internal static IEnumerable<string> NewestFirst(string root, string pattern, string folder)
    {
        if (!Path.IsPathRooted(root) || !Directory.Exists(root))
        {
            return [];
        }

        return Directory.EnumerateDirectories(root, pattern)
            .OrderByDescending(directory => Version(Path.GetFileName(directory)))
            .Select(directory => Path.Combine(directory, folder));
    }

    private static double Version(string name)
    {
        var digits = new string([.. name.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(c => char.IsAsciiDigit(c) || c == '.')]);
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var version) ? version : 0;
    }
}
