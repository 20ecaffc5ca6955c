using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace RagAspire.Security.KeyRing;

public static class KeyRingRegistration
{
    /// <summary>Lets all replicas sign forms and cookies with the same keys, which a restart keeps.</summary>
    public static IServiceCollection AddKeyRing(this IServiceCollection services)
    {
        services.AddValidatedOptions<KeyRingOptions>(KeyRingOptions.Section);
        services.AddDataProtection().SetApplicationName("ragaspire");
        services.AddOptions<KeyManagementOptions>().Configure<NpgsqlDataSource, IOptions<KeyRingOptions>>(
            (management, dataSource, options) =>
            {
                management.XmlRepository = new KeyRingStore(dataSource);
                management.XmlEncryptor = options.Value.Secret is { Length: > 0 } secret ? new KeyRingCipher(secret) : null;
            });

        // It would read the keys before the database is migrated, or reachable. The first use reads them.
        foreach (var early in services.Where(IsEarlyReader).ToList())
        {
            services.Remove(early);
        }

        return services;
    }

    private static bool IsEarlyReader(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
        && service.ImplementationType?.Assembly == typeof(KeyManagementOptions).Assembly;
}
