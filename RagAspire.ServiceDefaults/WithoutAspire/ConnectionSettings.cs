using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.Hosting;

internal static class ConnectionSettings
{
    /// <summary>Reads a section, then the section of one connection inside it, which wins.</summary>
    public static T ReadSettings<T>(this IConfiguration configuration, string section, string connectionName)
        where T : new()
    {
        var settings = new T();
        configuration.GetSection(section).Bind(settings);
        configuration.GetSection($"{section}:{connectionName}").Bind(settings);
        return settings;
    }
}
