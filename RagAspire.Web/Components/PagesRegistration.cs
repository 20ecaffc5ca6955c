namespace RagAspire.Web.Components;

internal static class PagesRegistration
{
    /// <summary>
    /// Holds the names of as many files as may be chosen at once, with their folders. The 32 KiB of SignalR hold 200 names.
    /// </summary>
    private const int LargestMessage = 1 << 20;

    public static WebApplicationBuilder AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents()
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestMessage);
        return builder;
    }

    public static void MapPages(this WebApplication app) =>
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options =>
    {
        // The policy of every page forbids frames already; compressed messages could still tell lengths of secrets.
        options.ContentSecurityFrameAncestorsPolicy = null;
        options.DisableWebSocketCompression = true;
    });
}
