using System.Collections.Concurrent;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using RagAspire.Client;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Client;

/// <summary>The typed client agrees with the description of the API: calls, parameters, members of bodies.</summary>
public sealed class ClientContractTests(SharedSystem shared, Stores stores)
{
    // Events of streams and files of forms, which the description has no schema for, and the probes, which are not in it.
    private static readonly Type[] Undescribed =
    [
        typeof(AnswerSource), typeof(SourcesEvent), typeof(TokenEvent), typeof(DoneEvent), typeof(DocumentProgress),
        typeof(FileUpload),
        typeof(TextWindow), typeof(HealthReport), typeof(DocumentListRequest),
    ];

    private static readonly string[] UndescribedPaths = ["/ready", "/x"];

    [Fact]
    public async Task Every_call_of_the_client_is_described_with_its_parameters()
    {
        var paths = (await DocumentAsync())["paths"]!.AsObject();
        var calls = await CallsAsync();

        Assert.True(calls.Count >= 20, string.Join('\n', calls));
        foreach (var (method, address) in calls.Where(call => !UndescribedPaths.Contains(call.Address.Split('?')[0])))
        {
            var operation = paths.Where(path => IsMatch(path.Key, address.Split('?')[0]))
                .Select(path => path.Value![method]).FirstOrDefault(described => described is not null);
            Assert.True(operation is not null, $"{method} {address} is not described.");
            var known = (operation["parameters"]?.AsArray() ?? []).Select(parameter => $"{parameter!["name"]}");
            Assert.Empty(Parameters(address).Except(known, StringComparer.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task Every_member_of_a_body_is_described_and_none_is_missing_that_must_be_sent()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;
        var records = typeof(RagApiClient).Assembly.GetExportedTypes()
            .Where(type => type is { IsAbstract: false, IsClass: true, IsGenericType: false } && type.GetMethod("<Clone>$") is not null)
            .Except(Undescribed).ToList();

        Assert.True(records.Count >= 20);
        foreach (var record in records)
        {
            Assert.True(schemas[record.Name] is not null, $"There is no schema {record.Name}.");
            var schema = schemas[record.Name]!;
            var described = schema["properties"]!.AsObject().Select(property => property.Key).ToHashSet();
            var required = (schema["required"]?.AsArray() ?? []).Select(name => $"{name}").ToHashSet();
            var members = record.GetProperties().Where(property => property.SetMethod is not null).ToList();
            var unknown = members.Select(Name).Where(name => !described.Contains(name));
            Assert.True(!unknown.Any(), $"{record.Name} has {string.Join(", ", unknown)}, which the API does not.");
            var missing = record.Name.EndsWith("Request", StringComparison.Ordinal)
                ? required.Except(members.Select(Name))
                : members.Where(IsAlwaysThere).Select(Name).Except(required);
            Assert.True(!missing.Any(), $"{record.Name}: {string.Join(", ", missing)} of only one side is required.");
        }
    }

    private async Task<JsonNode> DocumentAsync() => await (await shared.SystemAsync(stores)).Client.GetAsync("/openapi/v1.json");

    /// <summary>Calls every public method once.</summary>
    private static async Task<IReadOnlyList<(string Method, string Address)>> CallsAsync()
    {
        using var recorder = new Recorder();
        using var http = new HttpClient(recorder) { BaseAddress = new Uri("http://api") };
        var client = new RagApiClient(http);
        foreach (var target in new object[] { client, client.Documents, client.Operations, client.Quality })
        {
            var methods = target.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
            foreach (var method in methods.Where(method => !method.IsSpecialName))
            {
                var before = recorder.Calls.Count;
                switch (method.Invoke(target, [.. method.GetParameters().Select(parameter => Value(parameter.ParameterType))]))
                {
                    case Task task:
                        await task;
                        break;
                    case IAsyncEnumerable<object> stream:
                        Assert.NotEmpty(await stream.ToListAsync(TestContext.Current.CancellationToken));
                        break;
                    case var other:
                        Assert.Fail($"{method.Name} returns {other}.");
                        break;
                }

                Assert.True(recorder.Calls.Count > before, $"{method.Name} calls nothing.");
            }
        }

        return [.. recorder.Calls.Distinct()];
    }

    private static object? Value(Type type) =>
        type == typeof(string) ? "x"
        : type == typeof(Stream) ? Growing("x"u8)
        : type == typeof(int) ? 1
        : type == typeof(FilterNode) ? new FilterNode(Field: "name", Eq: "x")
        : type == typeof(IReadOnlyList<string>) ? new[] { "x" }
        : Nullable.GetUnderlyingType(type) is { } inner ? Value(inner)
        : type.IsValueType ? Activator.CreateInstance(type)
        : type.IsInterface ? null
        : type.GetConstructors().Single().Invoke(
            [.. type.GetConstructors().Single().GetParameters().Select(parameter => Value(parameter.ParameterType))]);

    /// <summary>A stream that is read or written.</summary>
    private static MemoryStream Growing(ReadOnlySpan<byte> bytes)
    {
        var stream = new MemoryStream();
        stream.Write(bytes);
        stream.Position = 0;
        return stream;
    }

    private static string Name(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    /// <summary>The record relies on it: it cannot be null, and has no value of its own.</summary>
    private static bool IsAlwaysThere(PropertyInfo property) =>
        property.DeclaringType!.GetConstructors().SelectMany(constructor => constructor.GetParameters())
            .Any(parameter => parameter.Name == property.Name && !parameter.HasDefaultValue)
        && new NullabilityInfoContext().Create(property).ReadState == NullabilityState.NotNull;

    private static bool IsMatch(string template, string path) =>
        Regex.IsMatch(path.TrimEnd('/'), $"^{Regex.Replace(Regex.Escape(template.TrimEnd('/')), @"\\\{[^}]+}", "[^/]+")}$");

    private static IEnumerable<string> Parameters(string address) =>
        address.Split('?').Skip(1).SelectMany(query => query.Split('&')).Select(pair => pair.Split('=')[0]);

    private sealed class Recorder : HttpMessageHandler
    {
        public ConcurrentQueue<(string Method, string Address)> Calls { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls.Enqueue((request.Method.Method.ToLowerInvariant(), request.RequestUri!.PathAndQuery));
            if (request.Content is { } content)
            {
                await content.CopyToAsync(Stream.Null, cancellationToken);
            }

            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = request.Headers.Accept.Any(type => type.MediaType == "text/event-stream")
                    ? new StringContent("event: done\ndata: {}\n\n", Encoding.UTF8, "text/event-stream")
                    : new StringContent("{}", Encoding.UTF8, "application/json"),
            };
        }
    }
}
