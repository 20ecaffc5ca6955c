using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RagAspire.Tests.Support;

/// <summary>A span as it arrived.</summary>
/// <param name="Service">The resource's service.name.</param>
/// <param name="ParentId">Empty for a root.</param>
public sealed record CollectedSpan(string Service, string TraceId, string SpanId, string ParentId, string Name)
{
    /// <summary>Attributes whose value is text.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>In nanoseconds since 1970.</summary>
    public ulong Start { get; init; }

    /// <inheritdoc cref="Start"/>
    public ulong End { get; init; }
}

/// <summary>A stream of measurements as it arrived.</summary>
/// <param name="Kind">"gauge", "sum" or "histogram".</param>
/// <param name="Labels">The names of its attributes, in order.</param>
/// <param name="HasExemplar">A measurement leads to a trace.</param>
public sealed record CollectedMetric(
    string Service, string Instance, string Name, string Unit, string Kind, bool IsMonotonic, string Labels, bool HasExemplar);

/// <summary>
/// Receives traces and metrics over OTLP/HTTP. It reads just the fields that tests ask for, by the field numbers of the
/// published protocol (opentelemetry.proto.trace.v1 and metrics.v1), so that no generated code is needed.
/// </summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    public ConcurrentQueue<CollectedSpan> Spans { get; } = new();

    /// <summary>Each stream once.</summary>
    public ConcurrentDictionary<CollectedMetric, bool> Metrics { get; } = new();

    public string Address => _app.Urls.Single();

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            collector.Read(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        app.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            collector.ReadMetrics(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        app.MapPost("/v1/{signal}", () => Results.Bytes([], "application/x-protobuf"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private void Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request, 1))
        {
            var service = Attributes(Fields(resourceSpans, 1).SelectMany(resource => Fields(resource, 1)))["service.name"];
            foreach (var span in Fields(resourceSpans, 2).SelectMany(scope => Fields(scope, 2)))
            {
                Spans.Enqueue(new CollectedSpan(
                    service, Hex(Fields(span, 1)), Hex(Fields(span, 2)), Hex(Fields(span, 4)), Text(Fields(span, 5)))
                {
                    Attributes = Attributes(Fields(span, 9)),
                    Start = Value(span, 7, input => input.ReadFixed64()),
                    End = Value(span, 8, input => input.ReadFixed64()),
                });
            }
        }
    }

    private void ReadMetrics(byte[] request)
    {
        foreach (var resourceMetrics in Fields(request, 1))
        {
            var resource = Attributes(Fields(resourceMetrics, 1).SelectMany(part => Fields(part, 1)));
            foreach (var metric in Fields(resourceMetrics, 2).SelectMany(scope => Fields(scope, 2)))
            {
                foreach (var (kind, field, attributes, exemplars) in Kinds)
                {
                    foreach (var (data, point) in Fields(metric, field)
                        .SelectMany(data => Fields(data, 1).Select(point => (data, point))))
                    {
                        Metrics[new CollectedMetric(
                            resource["service.name"], resource["service.instance.id"], Text(Fields(metric, 1)), Text(Fields(metric, 3)), kind,
                            kind == "sum" && Value(data, 3, input => input.ReadBool()), string.Join(',', Attributes(Fields(point, attributes)).Keys.Order(StringComparer.Ordinal)),
                            Fields(point, exemplars).Count > 0)] = true;
                    }
                }
            }
        }
    }

    // Which field of a metric holds them, and which fields of a point hold attributes and exemplars.
    private static readonly (string Kind, int Field, int Attributes, int Exemplars)[] Kinds =
        [("gauge", 5, 7, 5), ("sum", 7, 7, 5), ("histogram", 9, 9, 8)];

    private static Dictionary<string, string> Attributes(IEnumerable<byte[]> attributes) => attributes.ToDictionary(
        attribute => Text(Fields(attribute, 1)), attribute => Text(Fields(attribute, 2).SelectMany(value => Fields(value, 1))));

    /// <summary>A field's value; the default of its type where there is none.</summary>
    private static T? Value<T>(byte[] message, int number, Func<CodedInputStream, T> read)
    {
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number)
            {
                return read(input);
            }

            input.SkipLastField();
        }

        return default;
    }

    private static string Text(IEnumerable<byte[]> values) => Encoding.UTF8.GetString(values.FirstOrDefault([]));

    private static string Hex(IEnumerable<byte[]> values) => Convert.ToHexStringLower(values.FirstOrDefault([]));

    /// <summary>The length-delimited values of one field of a message.</summary>
    private static List<byte[]> Fields(byte[] message, int number)
    {
        var values = new List<byte[]>();
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number
                && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                values.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return values;
    }
}
