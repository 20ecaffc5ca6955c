using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Benchmarks.Load;

/// <summary>Settings with which every task has work, and no task starts by its schedule.</summary>
internal static class LoadSettings
{
    /// <summary>The model that re-embedding switches to.</summary>
    public const string NextModel = "next-model:latest";

    /// <param name="directory">For backups and certificates.</param>
    /// <param name="current">The connection string of the embedding model that serves.</param>
    /// <param name="next">The connection string of <see cref="NextModel"/>.</param>
    public static Dictionary<string, string> For(string directory, string current, string next)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__embeddings"] = current,
            ["ConnectionStrings__embeddings_next"] = next,
            ["Backups__Directory"] = Path.Combine(directory, "backups"),
            ["Backups__SigningKey"] = "a key for benchmarks, which is kept nowhere",
            ["Maintenance__Certificates__Files__0"] = Certificate(directory),
            ["Sync__Sources__load__Kind"] = "folder",
            ["Sync__Sources__load__Location"] = Shelf(directory),
            ["Sync__Sources__load__Collection"] = "load",
            ["Sync__Sources__load__Schedule"] = "",
        };
        foreach (var row in Schedule.Defaults)
        {
            settings[$"Maintenance__Schedule__{row.Task.Replace('-', '_')}__Cron"] = "";
        }

        return settings;
    }

    private static string Shelf(string directory)
    {
        var shelf = Directory.CreateDirectory(Path.Combine(directory, "shelf")).FullName;
        for (var file = 0; file < 1_000; file++)
        {
            File.WriteAllText(Path.Combine(shelf, $"{file}.txt"), $"The note {file} of a source.");
        }

        return shelf;
    }

    private static string Certificate(string directory)
    {
        using var key = ECDsa.Create();
        var now = TimeProvider.System.GetUtcNow();
        var request = new CertificateRequest("CN=load", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(now, now.AddYears(1));
        var file = Path.Combine(directory, "load.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }
}
