using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Diagnosis.Memory;

public static class MemoryRegistration
{
    internal static IServiceCollection AddMemoryDiagnosis(this IServiceCollection services) => services
        .AddValidatedOptions<MemoryLeakOptions>(MemoryLeakOptions.Section)
        .AddValidatedOptions<HeapDumpOptions>(HeapDumpOptions.Section)
        .AddSingleton<MemoryHistory>()
        .AddSingleton<HeapDumps>()
        .AddSingleton<MemoryDiagnosis>()
        .AddProbe<MemoryProbe>("memory");

    /// <summary>Exports the verdicts as metrics. One process of a deployment is enough.</summary>
    public static IServiceCollection AddMemoryTrendMetrics(this IServiceCollection services) => services
        .AddSingleton<MemoryTrendMetrics>()
        .AddHostedService<MemoryTrendSampler>();
}
