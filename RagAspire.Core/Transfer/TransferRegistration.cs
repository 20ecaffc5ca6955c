using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Transfer;

internal static class TransferRegistration
{
    public static IServiceCollection AddTransfer(this IServiceCollection services) => services
        .AddSingleton<CollectionExport>()
        .AddSingleton<ImportedDocuments>()
        .AddSingleton<ImportedChunks>()
        .AddSingleton<CollectionImport>();
}
