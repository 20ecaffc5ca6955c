using Hangfire;
using RagAspire.Quality;
using RagAspire.Vectors;

namespace RagAspire.Worker;

/// <summary>The worker as a service: background jobs, their dashboard, health and metrics.</summary>
internal static class WorkerService
{
    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddRagClients();
        builder.AddRagCore();
        builder.Services.AddJobServer().AddSharedIndexCleanup().AddQualityMetrics();

        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapDefaultEndpoints();
        app.MapHangfireDashboard("/hangfire", JobDashboard.Options).RequireAuthorization(JobDashboard.Policy);
        app.MapGet("/", () => TypedResults.Redirect("/hangfire"));
        await app.RunAsync();
    }
}
