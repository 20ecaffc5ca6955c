using RagAspire;
using RagAspire.Answers;
using RagAspire.Api;
using RagAspire.Api.Security;
using Scalar.AspNetCore;

return await ServiceHost.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults().AddRagClients().AddRagCore().AddRequestLimits();
    builder.Services.AddProblems().AddApiServices().AddApiDocument().AddSessionMetrics().AddValidation();

    var app = builder.Build();
    app.UseApiMetrics();
    app.UseProblems();
    app.UseAuthentication().UseAuthorization();
    app.UseRequestLimits();
    app.MapDefaultEndpoints();
    app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
    app.MapScalarApiReference("/scalar").AllowAnonymous();
    app.MapGet("/", () => TypedResults.Redirect("/scalar")).AllowAnonymous().ExcludeFromDescription();
    app.MapGroup("/api/v1").ProducesProblem(401).ProducesProblem(403).ProducesProblem(429).ProducesProblem(503)
        .MapDocuments().MapSearch().MapAnswers().MapFeedback().MapOperations().MapMaintenance().MapBackups()
        .MapQuality().MapAlerts();
    return app;
});
