using Hangfire;
using RagAspire.Security;

namespace RagAspire.Worker;

/// <summary>Hangfire's pages, for keys with the scope operations; a browser sends the key as the password.</summary>
internal static class JobDashboard
{
    public const string Policy = Scopes.Operations;

    public static DashboardOptions Options { get; } = new()
    {
        DashboardTitle = "RagAspire jobs",

        // The endpoint's policy decides; Hangfire's own rule would let in whoever sits at this machine.
        Authorization = [],
        DisplayStorageConnectionString = false,
    };
}
