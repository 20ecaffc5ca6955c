using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Backups.Drill;
using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Restore;
using RagAspire.Backups.Retention;
using RagAspire.Backups.Signing;
using RagAspire.Backups.Targets;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

public static class BackupsRegistration
{
    /// <summary>Backups, restore and drill, and their options (sections <c>Backups</c> and <c>Backups:S3</c>).</summary>
    public static IServiceCollection AddBackups(this IServiceCollection services)
    {
        services.AddValidatedOptions<BackupOptions>(BackupOptions.Section);
        services.AddValidatedOptions<S3Options>(S3Options.Section);
        return services
            .AddSingleton<BackupDatabase>()
            .AddSingleton<BackupStore>()
            .AddSingleton<BackupMetrics>()
            .AddSingleton<AgeEncryption>()
            .AddSingleton<SigningKeys>()
            .AddSingleton<ManifestReader>()
            .AddSingleton(CreateTarget)
            .AddSingleton<BackupRepository>()
            .AddSingleton<PostgresTools>()
            .AddSingleton<PgDump>()
            .AddSingleton<BackupService>()
            .AddSingleton<BackupVerifier>()
            .AddSingleton<BackupRetention>()
            .AddSingleton<RestoreService>()
            .AddSingleton<DrillIndex>()
            .AddSingleton<DrillSearches>()
            .AddSingleton<RestoreDrill>()
            .AddSingleton<UpgradeSearches>()
            .AddSingleton<UpgradeCheck>()
            .AddMaintenanceTask<BackupTask>()
            .AddMaintenanceTask<BackupVerifyTask>()
            .AddMaintenanceTask<BackupRetentionTask>()
            .AddMaintenanceTask<RestoreDrillTask>();
    }

    private static IBackupTarget CreateTarget(IServiceProvider services)
    {
        var s3 = services.GetRequiredService<IOptions<S3Options>>().Value;
        return string.IsNullOrEmpty(s3.Bucket)
            ? new DirectoryTarget(
                services.GetRequiredService<IOptions<BackupOptions>>().Value.Directory
                ?? BackupPlaces.DefaultDirectory(services.GetRequiredService<IConfiguration>()))
            : new S3Target(s3);
    }
}
