using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Database;

internal static class DatabaseRegistration
{
    public static IServiceCollection AddDatabase(this IServiceCollection services) => services
        .AddSingleton<Migrator>()
        .AddHostedSingleton<DatabaseStartup>();
}
