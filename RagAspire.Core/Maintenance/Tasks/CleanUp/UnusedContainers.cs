using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>
/// What earlier versions of the deployment left at the container engine: stopped containers, unused images, networks and volumes.
/// On a machine with Compose nothing removes them otherwise, and the images of all versions fill the disk. Off unless the worker
/// is given the engine's socket; a timer of the machine does the same without it (docs/deployment.md). Only what has the
/// deployment's label is removed, and nothing that is in use or is labelled to be kept.
/// </summary>
/// <remarks>The socket gives the rights of the engine, which are those of root.</remarks>
public sealed class UnusedContainers(IOptions<CleanUpOptions> options)
{
    private const string Label = "ragaspire.deployment=true";
    private const string KeepLabel = "ragaspire.keep=true";

    /// <summary>The engine deletes many layers one after the other.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The kinds, in an order in which each frees what the next one removes.</summary>
    private static readonly Kind[] Kinds =
    [
        new("containers", "ContainersDeleted"),
        new("images", "ImagesDeleted"),
        new("networks", "NetworksDeleted"),
        new("volumes", "VolumesDeleted"),
    ];

    public async Task CleanAsync(ReportBuilder report, bool dryRun, CancellationToken cancellationToken)
    {
        if (options.Value.ContainerSocket is not { Length: > 0 } socket)
        {
            return;
        }

        if (dryRun)
        {
            report.Note($"Unused containers, images, networks and volumes with the label {Label} would be removed.");
            return;
        }

        using var engine = Connect(socket);
        foreach (var kind in Kinds)
        {
            try
            {
                await PruneAsync(engine, kind, report, cancellationToken);
            }
            catch (Exception ex) when (ex is HttpRequestException or JsonException
                || (ex is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                report.Fail($"The container engine at {socket} did not remove {kind.Name}: {ex.Message}");
            }
        }
    }

    private async Task PruneAsync(HttpClient engine, Kind kind, ReportBuilder report, CancellationToken cancellationToken)
    {
        var address = $"/{kind.Name}/prune?filters={Uri.EscapeDataString(Filters(kind).ToJsonString())}";
        using var response = await engine.PostAsync(address, content: null, cancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{(int)response.StatusCode} {answer?["message"]}");
        }

        // An image is listed with each of its names and layers.
        var removed = answer?[kind.Removed] as JsonArray ?? [];
        var count = kind.Name == "images" ? removed.Count(image => image?["Deleted"] is not null) : removed.Count;
        report.Examined += count;
        report.Changed += count;
        if (count > 0)
        {
            var bytes = answer?["SpaceReclaimed"]?.GetValue<long>() ?? 0;
            report.Note(string.Create(
                CultureInfo.InvariantCulture, $"The container engine removed {count} unused {kind.Name}, {bytes / 1e6:0.0} MB."));
        }
    }

    private JsonObject Filters(Kind kind)
    {
        var filters = new JsonObject { ["label"] = new JsonArray(Label), ["label!"] = new JsonArray(KeepLabel) };
        if (kind.Name == "images")
        {
            // Otherwise only images without a name.
            filters["dangling"] = new JsonArray("false");
        }

        // The engine knows no age of volumes.
        if (kind.Name != "volumes")
        {
            filters["until"] = new JsonArray($"{(long)options.Value.ContainerAge.TotalSeconds}s");
        }

        return filters;
    }

    private static HttpClient Connect(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = Patience,
    };

    /// <param name="Name">In the address of the engine's API.</param>
    /// <param name="Removed">The member of its answer.</param>
    private sealed record Kind(string Name, string Removed);
}
