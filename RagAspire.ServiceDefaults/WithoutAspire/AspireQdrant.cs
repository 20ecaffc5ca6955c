using Aspire.Qdrant.Client;
using Microsoft.Extensions.Configuration;

namespace Aspire.Qdrant.Client
{
    /// <summary>What the configuration section <c>Aspire:Qdrant:Client</c> may say.</summary>
    public sealed class QdrantClientSettings
    {
        public Uri? Endpoint { get; set; }
        public string? Key { get; set; }
        public bool DisableHealthChecks { get; set; }
        public TimeSpan? HealthCheckTimeout { get; set; }
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>Stands in for the package Aspire.Qdrant.Client where the registry does not serve it.</summary>
    public static class AspireQdrantExtensions
    {
        private const string Section = "Aspire:Qdrant:Client";

        /// <summary>
        /// Registers nothing, because there is no Qdrant client to register; refuses to start when one was configured,
        /// because an index that silently is another one than was asked for would look like lost data.
        /// </summary>
        /// <exception cref="InvalidOperationException">A Qdrant server is configured under this name.</exception>
        public static void AddQdrantClient(
            this IHostApplicationBuilder builder,
            string connectionName,
            Action<QdrantClientSettings>? configureSettings = null)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentException.ThrowIfNullOrEmpty(connectionName);

            var settings = builder.Configuration.ReadSettings<QdrantClientSettings>(Section, connectionName);
            configureSettings?.Invoke(settings);

            if (!string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(connectionName)) || settings.Endpoint is not null)
            {
                throw new InvalidOperationException(
                    $"'ConnectionStrings:{connectionName}' names a Qdrant server, but this build has no Qdrant client: the package " +
                    "registry it was restored from does not serve Qdrant.Client. Build against a registry that serves it, or remove " +
                    "the connection string to use the in-process vector index.");
            }
        }
    }
}
