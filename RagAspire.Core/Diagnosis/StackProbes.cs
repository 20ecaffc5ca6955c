using Microsoft.Extensions.DependencyInjection;
using RagAspire.Diagnosis.Ingestion;
using RagAspire.Diagnosis.Jobs;
using RagAspire.Diagnosis.Models;
using RagAspire.Diagnosis.Operations;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Diagnosis.Redis;
using RagAspire.Diagnosis.VectorIndex;

namespace RagAspire.Diagnosis;

internal static class StackProbes
{
    /// <summary>Adds the probes of the stores, the models, the jobs and the configuration, and the database doctor.</summary>
    public static IServiceCollection AddStackProbes(this IServiceCollection services) => services
        .AddPostgresProbe()
        .AddValidatedOptions<RedisDiagnosisOptions>(RedisDiagnosisOptions.Section)
        .AddProbe<RedisProbe>("redis", comparesReadings: true)
        .AddValidatedOptions<IndexDiagnosisOptions>(IndexDiagnosisOptions.Section)
        .AddSingleton<IndexComparison>()
        .AddProbe<VectorIndexProbe>("vector index")
        .AddValidatedOptions<ModelDiagnosisOptions>(ModelDiagnosisOptions.Section)
        .AddSingleton<ModelLoad>()
        .AddProbe<ModelProbe>("models")
        .AddValidatedOptions<JobDiagnosisOptions>(JobDiagnosisOptions.Section)
        .AddProbe<JobProbe>("jobs")
        .AddValidatedOptions<IngestionDiagnosisOptions>(IngestionDiagnosisOptions.Section)
        .AddProbe<IngestionProbe>("ingestion")
        .AddValidatedOptions<OperationDiagnosisOptions>(OperationDiagnosisOptions.Section)
        .AddSingleton<TimeLimits>()
        .AddProbe<BackupProbe>("backups")
        .AddProbe<OperationProbe>("operations")
        .AddProbe<ConfigurationProbe>("configuration");

    private static IServiceCollection AddPostgresProbe(this IServiceCollection services) => services
        .AddValidatedOptions<PostgresDiagnosisOptions>(PostgresDiagnosisOptions.Section)
        .AddSingleton<PostgresLocation>()
        .AddSingleton<PostgresHost>()
        .AddSingleton<DatabaseReader>()
        .AddSingleton<PostgresProbe>()
        .AddSingleton<IProbe>(provider => provider.GetRequiredService<PostgresProbe>())
        .AddSingleton<DatabaseDoctor>();
}
