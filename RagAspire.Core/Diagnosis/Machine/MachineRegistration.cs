using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RagAspire.Diagnosis.Machine;

internal static class MachineRegistration
{
    public static IServiceCollection AddMachineProbes(this IServiceCollection services)
    {
        services.AddValidatedOptions<MachineOptions>(MachineOptions.Section);
        services.AddHttpClient(nameof(ApiProbe));
        services.TryAddSingleton(new ApiAddress(Own: null));
        return services
            .AddHostedSingleton<RuntimeWatch>()
            .AddSingleton<ExportedRuntimes>()
            .AddProbe<MachineProbe>("machine", comparesReadings: true)
            .AddProbe<DescriptorProbe>("handles")
            .AddProbe<DiskProbe>("disks")
            .AddProbe<ClockProbe>("clock")
            .AddProbe<RuntimeProbe>("runtime")
            .AddProbe<ApiProbe>("api");
    }
}
