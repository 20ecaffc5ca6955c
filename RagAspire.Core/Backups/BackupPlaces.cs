using Microsoft.Extensions.Configuration;

namespace RagAspire.Backups;

/// <summary>The directories of a system whose settings name no others.</summary>
internal static class BackupPlaces
{
    public static string DataDirectory(IConfiguration configuration) =>
        configuration["RAGASPIRE_DATA"] is { Length: > 0 } data ? data : ".ragaspire";

    public static string DefaultDirectory(IConfiguration configuration) =>
        Path.Combine(DataDirectory(configuration), "backups");
}
