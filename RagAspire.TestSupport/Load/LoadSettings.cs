using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.TestSupport.Load;

/// <summary>Settings of API and worker with which every task has its work, and none begins by itself.</summary>
internal static class LoadSettings
{
    /// <summary>The model that re-embedding is about.</summary>
    public const string NextModel = "next-model:latest";

    /// <param name="directory">For backups and certificates.</param>
    /// <param name="present">The connection string of the embedding model that serves.</param>
    /// <param name="next">The connection string of <see cref="NextModel"/>.</param>
    public static Dictionary<string, string> For(string directory, string present, string next)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__embeddings"] = present,
            ["ConnectionStrings__embeddings_next"] = next,
            // All comes from one client here, which would be more than one may ask for.
            ["Limits__RequestsPerSecond"] = "100000",
            ["Limits__Burst"] = "100000",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Backups__Directory"] = Path.Combine(directory, "backups"),
            ["Maintenance__Certificates__Files__0"] = Certificate(directory),
        };
        foreach (var row in Schedule.Defaults)
        {
            settings[$"Maintenance__Schedule__{row.Task.Replace('-', '_')}__Cron"] = "";
        }

        return settings;
    }

    private static string Certificate(string directory)
    {
        using var key = ECDsa.Create();
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=load", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddYears(1));
        var file = Path.Combine(directory, "load.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }
}
