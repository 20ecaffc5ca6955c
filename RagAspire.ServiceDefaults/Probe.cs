namespace Microsoft.Extensions.Hosting;

/// <summary>
/// <c>probe</c>: asks the service of this container whether it lives, for a health check of an image that has no shell and no
/// other client of HTTP.
/// </summary>
public static class Probe
{
    public const string Command = "probe";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <returns>The exit code: 0 when <c>/alive</c> answers, else 1.</returns>
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(new Uri(Address(), "/alive"), cancellationToken);
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception ex) when (ex is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return 1;
        }
    }

    /// <summary>The port that the service of the same environment listens on.</summary>
    private static Uri Address()
    {
        var urls = Environment.GetEnvironmentVariable("ASPNETCORE_URLS") ?? "";

        // The first is of the deployment, and goes before that of the image.
        var ports = Environment.GetEnvironmentVariable("HTTP_PORTS")
            ?? Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS")
            ?? "8080";
        var port = urls.Length > 0 && Uri.TryCreate(urls.Split(';')[0].Replace("//+", "//any").Replace("//*", "//any"), UriKind.Absolute, out var url)
            ? $"{url.Port}"
            : ports.Split(';')[0];
        return new Uri($"http://127.0.0.1:{port}");
    }
}
