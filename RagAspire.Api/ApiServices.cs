using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RagAspire.Api.Batches;
using RagAspire.Api.Mcp;
using RagAspire.Api.OpenAi;
using RagAspire.Api.Security;
using RagAspire.Diagnosis;

namespace RagAspire.Api;

internal static class ApiServices
{
    /// <summary>Adds the services that only the API has.</summary>
    public static IServiceCollection AddApiServices(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            var resolver = json.SerializerOptions.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver();
            json.SerializerOptions.TypeInfoResolver = resolver
                .WithAddedModifier(NoNullItems.Modify).WithAddedModifier(StorableText.Modify);
        })
        .AddSingleton<UploadReader>()
        .AddSingleton<UploadAdmission>()
        .AddSingleton<BatchReceiver>()
        .AddSingleton<ImportReceiver>()
        .AddSingleton<EventStreams>()
        .AddSingleton<ApiMetrics>()
        .AddSingleton<DatabaseDisk>()
        .AddSingleton<MaintenanceStart>()
        .AddOpenAi()
        .AddMcp()
        .AddProxies()
        .AddCrossOrigins()
        .AddApiDiagnosis();
}
