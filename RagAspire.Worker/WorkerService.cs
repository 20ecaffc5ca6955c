using Hangfire;
using RagAspire.Quality;
using RagAspire.Vectors;

namespace RagAspire.Worker;

/// <summary>The worker as a service: background jobs, their dashboard, health and metrics.</summary>
internal static class WorkerService
{
    /// <returns>The exit code of the process.</returns>
    public static Task<int> RunAsync(string[] args) => ServiceHost.RunAsync(() =>
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults().AddRagClients().AddRagCore();
        builder.Services.AddJobServer().AddSharedIndexCleanup().AddQualityMetrics();

        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapDefaultEndpoints();
        app.MapHangfireDashboard("/hangfire", JobDashboard.Options).RequireAuthorization(JobDashboard.Policy);
        app.MapGet("/", () => TypedResults.Redirect("/hangfire"));
        return app;
    });
}
