using System.Runtime.CompilerServices;
using RagAspire.Embedded;

namespace RagAspire.Tests.Support;

/// <summary>
/// Processes that tests start inherit ignored signals. A shell that runs the tests in the background ignores SIGINT for
/// them, and then no test could stop a process with it.
/// </summary>
internal static class TestSignals
{
    [ModuleInitializer]
    public static void Restore() => SignalDefaults.Restore();
}
