using Hangfire;
using RagAspire.Diagnosis.Memory;
using RagAspire.Ingestion;
using RagAspire.Monitoring.Memory;
using RagAspire.Quality;
using RagAspire.Security.KeyRing;
using RagAspire.Vectors;

namespace RagAspire.Worker;

/// <summary>The worker as a service: background jobs, their dashboard, health and metrics.</summary>
internal static class WorkerService
{
    /// <returns>The exit code of the process.</returns>
    public static Task<int> RunAsync(string[] args) => ServiceHost.RunAsync(args, () =>
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults().AddRagClients().AddBoxedModel().AddRagCore();
        builder.Services
            .AddJobServer().AddBackgroundIngestion().AddSharedIndexCleanup()
            .AddQualityMetrics().AddStoreMemorySampling().AddMemoryTrendMetrics();

        // With it Hangfire demands a token of every request that changes something, whichever worker gave it.
        builder.Services.AddAntiforgery().AddKeyRing();

        var app = builder.Build();
        app.UseSecurityHeaders();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseJobDashboardGuard();
        app.MapDefaultEndpoints();
        app.MapHangfireDashboard("/hangfire", JobDashboard.Options).RequireAuthorization(JobDashboard.Required);
        app.MapGet("/", () => TypedResults.Redirect("/hangfire"));
        return app;
    });
}
