using System.Data.Common;
using Aspire.Qdrant.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Qdrant.Client;

namespace Aspire.Qdrant.Client
{
    /// <summary>What the configuration section <c>Aspire:Qdrant:Client</c> may say.</summary>
    public sealed class QdrantClientSettings
    {
        public Uri? Endpoint { get; set; }
        public string? Key { get; set; }
        public bool DisableHealthChecks { get; set; }
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>Stands in for the package Aspire.Qdrant.Client where the registry does not serve it.</summary>
    public static class AspireQdrantExtensions
    {
        private const string Section = "Aspire:Qdrant:Client";

        /// <summary>Registers the <see cref="QdrantClient"/> of a connection string <c>Endpoint=http://host:6334;Key=secret</c>.</summary>
        public static void AddQdrantClient(
            this IHostApplicationBuilder builder, string connectionName, Action<QdrantClientSettings>? configureSettings = null)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentException.ThrowIfNullOrEmpty(connectionName);

            var settings = new QdrantClientSettings();
            builder.Configuration.GetSection(Section).Bind(settings);
            builder.Configuration.GetSection($"{Section}:{connectionName}").Bind(settings);
            Read(builder.Configuration.GetConnectionString(connectionName), settings);
            configureSettings?.Invoke(settings);

            builder.Services.AddSingleton(services => new QdrantClient(
                settings.Endpoint ?? throw new InvalidOperationException(
                    $"No endpoint for Qdrant: set 'ConnectionStrings:{connectionName}' or '{Section}:Endpoint'."),
                apiKey: settings.Key,
                loggerFactory: services.GetRequiredService<ILoggerFactory>()));
        }

        private static void Read(string? connectionString, QdrantClientSettings settings)
        {
            if (Uri.TryCreate(connectionString, UriKind.Absolute, out var only))
            {
                settings.Endpoint = only;
                return;
            }

            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
            if (parts.TryGetValue("Endpoint", out var endpoint) && Uri.TryCreate(endpoint.ToString(), UriKind.Absolute, out var uri))
            {
                settings.Endpoint = uri;
            }

            if (parts.TryGetValue("Key", out var key))
            {
                settings.Key = key.ToString();
            }
        }
    }
}
