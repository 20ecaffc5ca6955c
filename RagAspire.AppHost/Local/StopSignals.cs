using System.Runtime.InteropServices;

namespace RagAspire.AppHost.Local;

/// <summary>Ctrl-C and its relatives: the first asks to stop, the second to stop waiting.</summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];
        foreach (var signal in signals)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
        }
    }

    /// <summary>Somebody wants us to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Somebody asked twice.</summary>
    public CancellationToken Hurry => _hurry.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
        _hurry.Dispose();
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
