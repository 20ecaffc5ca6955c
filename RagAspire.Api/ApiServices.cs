using System.Text.Json.Serialization;

namespace RagAspire.Api;

internal static class ApiServices
{
    /// <summary>Adds the services that only the API has.</summary>
    public static IServiceCollection AddApiServices(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(json => json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)
        .AddSingleton<UploadReader>()
        .AddSingleton<EventStreams>()
        .AddSingleton<ApiMetrics>();
}
