using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using RagAspire.Embedded;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>
/// Stops the AppHost at SIGHUP, and when the <c>dotnet run</c> that started it ends: no signal of the terminal reaches it
/// after that. The host itself handles SIGINT and SIGTERM.
/// </summary>
internal sealed class ParentMonitor(IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            lifetime.StopApplication();
        });
        var parent = OperatingSystem.IsWindows() ? 0 : CLibrary.ParentProcessId();
        var isDotNet = parent > 0 && IsDotNet(parent);
        while (true)
        {
            await Task.Delay(Interval, time, stoppingToken);
            if (isDotNet && CLibrary.ParentProcessId() != parent)
            {
                lifetime.StopApplication();
            }
        }
    }

    // A shell may end and leave the AppHost running on purpose; dotnet run never does.
    private static bool IsDotNet(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.ProcessName == "dotnet";
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
