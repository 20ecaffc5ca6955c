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

        // The endpoint's policy decides; Hangfire's default rule would allow every local request.
        Authorization = [],
        DisplayStorageConnectionString = false,
    };
}
