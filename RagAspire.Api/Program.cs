using RagAspire;
using RagAspire.Answers;
using RagAspire.Api;
using RagAspire.Api.Mcp;
using RagAspire.Api.OpenAi;
using RagAspire.Api.Security;
using RagAspire.Usage;

return await ServiceHost.RunAsync(args, () =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults().AddRagClients().AddBoxedModel(warmUp: true).AddRagCore().AddRequestLimits();
    builder.Services.AddProblems().AddApiServices().AddApiDocument().AddSessionMetrics().AddBudgetMetrics().AddValidation();

    var app = builder.Build();
    app.UseProxies();
    app.UseHeadAsGet().UseCrossOrigins();
    app.UseApiMetrics();
    app.UseSecurityHeaders();
    app.UseProblems();
    app.UseHeadersOnly().UseAuthentication().UseAuthorization();
    app.UseRequestLimits();
    app.MapDefaultEndpoints();
    app.MapDocumentation();
    app.MapGroup("/api/v1").ProducesProblem(401).ProducesProblem(403).ProducesProblem(429).ProducesProblem(503)
        .MapKey().MapDocuments().MapCollections().MapSearch().MapAnswers().MapFeedback().MapOperations().MapMaintenance()
        .MapBackups().MapQuality().MapAlerts().MapDiagnostics().MapMemory().MapCapacity().MapUsage().MapWebhooks().MapQueues();
    app.MapOpenAi().MapMcpEndpoint();
    return app;
});
