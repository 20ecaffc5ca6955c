using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Diagnosis.Alerts;
using RagAspire.Diagnosis.Causes;
using RagAspire.Diagnosis.Machine;
using RagAspire.Diagnosis.Memory;

namespace RagAspire.Diagnosis;

/// <summary>Registers the diagnosis and its probes, one line per area.</summary>
public static class DiagnosisRegistration
{
    public static IServiceCollection AddDiagnosis(this IServiceCollection services)
    {
        services.AddValidatedOptions<DiagnosisOptions>(DiagnosisOptions.Section);
        services.AddSingleton<ProbeRunner>();
        services.AddSingleton(provider => new DiagnosisService(
            provider.GetServices<IProbe>(),
            provider.GetRequiredService<ProbeRunner>(),
            provider.GetRequiredService<IOptions<DiagnosisOptions>>(),
            provider.GetRequiredService<CauseAnalysis>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AlertReportStore>();
        return services.AddMachineProbes().AddStackProbes().AddCauses().AddMemoryDiagnosis();
    }

    /// <summary>Registers a probe that every diagnosis runs.</summary>
    /// <param name="name">Its <see cref="IProbe.Name"/>, which is needed before it is made.</param>
    /// <param name="comparesReadings">Likewise its <see cref="IProbe.ComparesReadings"/>.</param>
    public static IServiceCollection AddProbe<T>(this IServiceCollection services, string name, bool comparesReadings = false)
        where T : class, IProbe => services
        .AddSingleton<T>()
        .AddSingleton<IProbe>(provider => new LazyProbe(name, comparesReadings, provider.GetRequiredService<T>));

    /// <summary>
    /// Declares this process to be the API: it knows its own address, makes a diagnosis for each alert that it receives, and
    /// keeps readings of counters.
    /// </summary>
    public static IServiceCollection AddApiDiagnosis(this IServiceCollection services) => services
        .AddSingleton(provider => new ApiAddress(provider.GetService<IServer>()))
        .AddHostedSingleton<AlertDiagnosis>()
        .AddHostedSingleton<CounterReadings>();
}
