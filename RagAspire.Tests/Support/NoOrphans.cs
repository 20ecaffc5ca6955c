using System.Runtime.CompilerServices;

namespace RagAspire.Tests.Support;

/// <summary>A run that is killed leaves no servers and services behind.</summary>
internal static class NoOrphans
{
    [ModuleInitializer]
    internal static void Guard() => OrphanGuard.GuardThisProcess();
}
