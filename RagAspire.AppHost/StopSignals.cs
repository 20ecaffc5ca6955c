using System.Diagnostics;
using System.Runtime.InteropServices;
using RagAspire.Embedded;

namespace RagAspire.AppHost;

/// <summary>
/// Ctrl-C and its relatives: the first asks to stop, the second to stop waiting. The end of the <c>dotnet run</c> that
/// started us counts as one, because nobody can reach us after it.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Timer? _parentWatch;

    public StopSignals()
    {
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];
        foreach (var signal in signals)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
        }

        if (!OperatingSystem.IsWindows() && CLibrary.ParentProcessId() is var parent && IsDotNet(parent))
        {
            _parentWatch = new Timer(_ => StopWithout(parent), state: null, Between, Between);
        }
    }

    /// <summary>Somebody wants us to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Somebody asked twice.</summary>
    public CancellationToken Hurry => _hurry.Token;

    public void Dispose()
    {
        _parentWatch?.Dispose();
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
        _hurry.Dispose();
    }

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

    private void StopWithout(int parent)
    {
        if (CLibrary.ParentProcessId() != parent)
        {
            _stop.Cancel();
        }
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_stop.IsCancellationRequested)
        {
            _hurry.Cancel();
        }

        _stop.Cancel();
    }
}
