using Microsoft.Extensions.DependencyInjection;
using RagAspire.Documents.Batches;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Children;
using RagAspire.Documents.Intake;
using RagAspire.Documents.Leases;

namespace RagAspire.Documents;

internal static class DocumentsRegistration
{
    public static IServiceCollection AddDocuments(this IServiceCollection services) => services
        .AddValidatedOptions<LeaseOptions>(LeaseOptions.Section)
        .AddValidatedOptions<IntakeOptions>(IntakeOptions.Section)
        .AddSingleton<DocumentStore>()
        .AddSingleton<DocumentGroups>()
        .AddSingleton<DocumentLabels>()
        .AddSingleton<DocumentTrees>()
        .AddSingleton<CollectionStore>()
        .AddSingleton<CollectionCounts>()
        .AddSingleton<DocumentBacklog>()
        .AddSingleton<DocumentContents>()
        .AddSingleton<DocumentTexts>()
        .AddSingleton<VersionSwitch>()
        .AddSingleton<DocumentLeases>()
        .AddSingleton<WaitingDocuments>()
        .AddSingleton<DocumentIntake>()
        .AddSingleton<BatchStore>()
        .AddSingleton<FailedDocuments>()
        .AddSingleton<DocumentChanges>()
        .AddSingleton<ProgressFeed>()
        .AddHostedService<AbandonedFiles>();
}
