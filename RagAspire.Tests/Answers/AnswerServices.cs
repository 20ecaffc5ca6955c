using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RagAspire.Answers;
using RagAspire.Usage;
using RagAspire.Vectors;

namespace RagAspire.Tests.Answers;

/// <summary>The product's own clients of a model and what writes answers with them, without stores.</summary>
internal static class AnswerServices
{
    /// <param name="chat">The connection string of the model; null without one.</param>
    public static ServiceProvider Build(Dictionary<string, string?> settings, string? chat = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings)
        {
            ["ConnectionStrings:ragdb"] = "Host=127.0.0.1;Port=1;Database=none",
            ["ConnectionStrings:cache"] = "127.0.0.1:1",
            ["ConnectionStrings:chat"] = chat,
        });
        builder.AddRagClients();
        builder.Services.AddSingleton(TimeProvider.System).AddUsage().AddVectors().AddAnswers();
        return builder.Services.BuildServiceProvider();
    }

    public static async Task<(AnswerKind Kind, string? Degraded)> AskAsync(ServiceProvider services)
    {
        var writing = services.GetRequiredService<AnswerWriter>().Begin(
            new AnswerContext("When did the warehouse in Bergen burn down?", AnswerData.Company, [], HasVectors: false));
        await writing.TokensAsync(TestContext.Current.CancellationToken).ToListAsync();
        return (writing.Draft.Kind, writing.Draft.Degraded);
    }
}
