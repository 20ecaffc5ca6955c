using Hangfire;
using RagAspire;
using RagAspire.Worker;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRagCore();
builder.Services.AddJobServer();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapDefaultEndpoints();
app.MapHangfireDashboard("/hangfire", JobDashboard.Options).RequireAuthorization(JobDashboard.Policy);
app.MapGet("/", () => TypedResults.Redirect("/hangfire"));
app.Run();
