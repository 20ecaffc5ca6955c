using RagAspire.AppHost.Monitoring;

namespace RagAspire.Tests.Monitoring;

internal static class MonitoringPrograms
{
    /// <summary>Starts a program and waits until it answers.</summary>
    public static async Task<BackgroundProgram> StartAsync(
        MonitoringProgram program, IReadOnlyDictionary<string, string> environment)
    {
        var running = BackgroundProgram.Start(program.Path, program.Arguments, environment);
        try
        {
            await running.WaitUntilReadyAsync(
                new Uri($"http://127.0.0.1:{program.Port}{program.HealthPath}"),
                TimeSpan.FromSeconds(30),
                TestContext.Current.CancellationToken);
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }
}
