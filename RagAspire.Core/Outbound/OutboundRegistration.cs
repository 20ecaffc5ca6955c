using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Outbound;

internal static class OutboundRegistration
{
    public static IServiceCollection AddOutbound(this IServiceCollection services) =>
        services.AddSingleton(new GuardedConnection());
}
