using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Machine;

/// <summary>Where the API listens.</summary>
/// <param name="Own">The server of this process if it is the API; else null.</param>
public sealed record ApiAddress(IServer? Own)
{
    internal Uri Find(MachineOptions options) =>
        Own?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } address
        && Uri.TryCreate(Reachable(address), UriKind.Absolute, out var own)
            ? own
            : options.ApiUrl;

    private static string Reachable(string address) => address
        .Replace("//[::]", "//localhost", StringComparison.Ordinal)
        .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//+", "//localhost", StringComparison.Ordinal)
        .Replace("//*", "//localhost", StringComparison.Ordinal);
}

/// <summary>The response time of the API for a request that asks no store.</summary>
internal sealed class ApiProbe(
    IHttpClientFactory clients, ApiAddress address, IOptions<MachineOptions> options, TimeProvider time) : IProbe
{
    // Shorter than the limit of a probe, so that the silence of the API is an observation and not an unknown state.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3.5);

    public string Name => "api";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var alive = new Uri(address.Find(options.Value), "/alive");
        var start = time.GetTimestamp();
        var status = await AskAsync(alive, cancellationToken);
        var took = time.GetElapsedTime(start);
        if (status == 200)
        {
            window.Figures.Add(new Figure(
                Name, "response time", "api", Math.Round(took.TotalSeconds, 3), options.Value.ResponseTime.TotalSeconds, "s",
                $"GET {alive}"));
        }

        return status switch
        {
            // A timer may end a little before its time by another clock.
            null when took >= .9 * Patience && await AcceptsAsync(alive, cancellationToken) => [Slow(
                $"The API accepts the connection and gives no answer at {alive} within {Number(took)} s.", alive,
                $"none in {Number(took)} s")],
            null => [Silent(alive, $"The API gives no answer at {alive} within {Number(took)} s.", $"none in {Number(took)} s")],
            200 when took > options.Value.ResponseTime => [Slow(
                $"The API took {Number(took)} s for {alive}, which asks no store.", alive, $"{Number(took)} s")],
            200 => [],
            _ => [Silent(alive, $"{alive} answers {status}.", $"{status}")],
        };
    }

    private Observation Slow(string symptom, Uri alive, string value) => new(
        MachineFindings.ApiSlow, symptom, [new Evidence($"GET {alive}", value, $"{Number(options.Value.ResponseTime)} s")]);

    private static Observation Silent(Uri alive, string symptom, string value) =>
        new(MachineFindings.ApiSilent, symptom, [new Evidence($"GET {alive}", value, "200")]);

    /// <summary>The status of the answer; null without one.</summary>
    private async Task<int?> AskAsync(Uri alive, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(Patience);
        try
        {
            using var client = clients.CreateClient(nameof(ApiProbe));
            using var answer = await client.GetAsync(alive, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            return (int)answer.StatusCode;
        }
        catch (Exception ex) when (ex is HttpRequestException
            || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Whether something listens: a process that is away, or a machine that is, accepts nothing.</summary>
    private static async Task<bool> AcceptsAsync(Uri alive, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(TimeSpan.FromMilliseconds(200));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(alive.Host, alive.Port, stop.Token);
            return true;
        }
        catch (Exception ex) when (ex is SocketException
            || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static string Number(TimeSpan time) => time.TotalSeconds.ToString("0.##", CultureInfo.InvariantCulture);
}
