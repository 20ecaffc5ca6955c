using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RagAspire.Tests.Backups;

/// <summary>
/// The part of the S3 protocol that backups use, with its rules: requests are signed, bodies match their signature, parts
/// have a minimum size, and an object exists when its upload is complete.
/// </summary>
internal sealed class S3Stub : IAsyncDisposable
{
    public const string Bucket = "backups";
    public const string AccessKey = "access";
    public const string SecretKey = "a secret / with + odd = characters";
    private const int LeastPart = 5 << 20;
    private const int PageSize = 3;
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Upload> _uploads = new();

    private S3Stub(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    /// <summary>Multipart uploads that were neither completed nor aborted.</summary>
    public IEnumerable<string> OpenUploads => _uploads.Values.Select(upload => upload.Key);

    /// <summary>The size of the largest request body.</summary>
    public long LargestBody { get; private set; }

    /// <summary>Makes writes fail, as in a full store.</summary>
    public bool IsFull { get; set; }

    /// <summary>The number of parts after which the store becomes full; null for never.</summary>
    public int? FullAfterParts { get; set; }

    /// <summary>The number of parts that were stored.</summary>
    public int Parts { get; private set; }

    public string Endpoint =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<S3Stub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var stub = new S3Stub(builder.Build());
        stub._app.Run(stub.AnswerAsync);
        await stub._app.StartAsync();
        return stub;
    }

    public (string Name, string Value)[] Settings => [
        ("S3:Bucket", Bucket), ("S3:Endpoint", Endpoint), ("S3:AccessKey", AccessKey), ("S3:SecretKey", SecretKey), ("S3:Prefix", "ragaspire/"),
        ("S3:PartMegabytes", "5"),
    ];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var memory = new MemoryStream();
        await context.Request.Body.CopyToAsync(memory);
        var body = memory.ToArray();
        LargestBody = Math.Max(LargestBody, body.Length);
        var error = S3Signature.Problem(context.Request, body, SecretKey);
        if (error is not null)
        {
            await FailAsync(context, 403, error);
            return;
        }

        var parts = context.Request.Path.Value!.TrimStart('/').Split('/', 2);
        if (parts[0] != Bucket)
        {
            await FailAsync(context, 404, "NoSuchBucket");
            return;
        }

        await AnswerAsync(context, parts.ElementAtOrDefault(1) ?? "", body);
    }

    private Task AnswerAsync(HttpContext context, string key, byte[] body)
    {
        var query = context.Request.Query;
        return (context.Request.Method, query.ContainsKey("uploads"), query["uploadId"].ToString()) switch
        {
            ("GET", false, _) when key.Length == 0 => ListAsync(context),
            ("GET", true, _) => ListUploadsAsync(context),
            ("PUT" or "POST", _, _) when IsFull => FailAsync(context, 507, "InsufficientStorage"),
            ("POST", true, _) => BeginAsync(context, key),
            ("PUT", false, { Length: > 0 } upload) => PartAsync(context, upload, body),
            ("POST", false, { Length: > 0 } upload) => CompleteAsync(context, upload, body),
            ("DELETE", false, { Length: > 0 } upload) => AbortAsync(context, upload),
            ("PUT", _, _) => PutAsync(context, key, body),
            ("GET", _, _) => GetAsync(context, key),
            ("DELETE", _, _) => DeleteAsync(context, key),
            _ => FailAsync(context, 501, "NotImplemented"),
        };
    }

    private Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var after = query["continuation-token"].ToString();
        var keys = Objects.Keys.Where(key => key.StartsWith(query["prefix"].ToString(), StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Where(key => string.CompareOrdinal(key, after) > 0).ToList();
        var page = keys.Take(Math.Min(PageSize, int.Parse(query["max-keys"].FirstOrDefault() ?? "1000", CultureInfo.InvariantCulture))).ToList();
        return SayAsync(context, new XElement(
            Xml + "ListBucketResult",
            new XElement(Xml + "IsTruncated", page.Count < keys.Count),
            page.Count < keys.Count ? new XElement(Xml + "NextContinuationToken", page[^1]) : null,
            page.Select(key => new XElement(Xml + "Contents", new XElement(Xml + "Key", key), new XElement(Xml + "Size", Objects[key].Length), new XElement(Xml + "ETag", Tag(Objects[key]))))));
    }

    private Task ListUploadsAsync(HttpContext context) => SayAsync(context, new XElement(
        Xml + "ListMultipartUploadsResult",
        new XElement(Xml + "IsTruncated", false),
        _uploads.Where(upload => upload.Value.Key.StartsWith(context.Request.Query["prefix"].ToString(), StringComparison.Ordinal))
            .Select(upload => new XElement(Xml + "Upload", new XElement(Xml + "Key", upload.Value.Key), new XElement(Xml + "UploadId", upload.Key)))));

    private Task BeginAsync(HttpContext context, string key)
    {
        var id = Guid.NewGuid().ToString("N");
        _uploads[id] = new Upload(key, new ConcurrentDictionary<int, byte[]>());
        return SayAsync(context, new XElement(
            Xml + "InitiateMultipartUploadResult", new XElement(Xml + "Bucket", Bucket), new XElement(Xml + "Key", key), new XElement(Xml + "UploadId", id)));
    }

    private Task PartAsync(HttpContext context, string id, byte[] body)
    {
        if (!_uploads.TryGetValue(id, out var upload))
        {
            return FailAsync(context, 404, "NoSuchUpload");
        }

        Parts++;
        IsFull = Parts >= FullAfterParts;
        upload.Parts[int.Parse(context.Request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture)] = body;
        context.Response.Headers.ETag = Tag(body);
        return Task.CompletedTask;
    }

    private Task CompleteAsync(HttpContext context, string id, byte[] body)
    {
        if (!_uploads.TryGetValue(id, out var upload))
        {
            return FailAsync(context, 404, "NoSuchUpload");
        }

        var named = XDocument.Parse(System.Text.Encoding.UTF8.GetString(body)).Root!.Elements()
            .Select(part => (
                Number: (int)part.Elements().Single(element => element.Name.LocalName == "PartNumber"),
                Tag: (string)part.Elements().Single(element => element.Name.LocalName == "ETag"))).ToList();
        if (named.Any(part => !upload.Parts.TryGetValue(part.Number, out var sent) || Tag(sent).Trim('"') != part.Tag.Trim('"')))
        {
            return FailAsync(context, 400, "InvalidPart");
        }

        if (named.SkipLast(1).Any(part => upload.Parts[part.Number].Length < LeastPart))
        {
            return FailAsync(context, 400, "EntityTooSmall");
        }

        Objects[upload.Key] = [.. named.SelectMany(part => upload.Parts[part.Number])];
        _uploads.TryRemove(id, out _);
        return SayAsync(context, new XElement(
            Xml + "CompleteMultipartUploadResult", new XElement(Xml + "Key", upload.Key), new XElement(Xml + "ETag", "\"all\"")));
    }

    private Task AbortAsync(HttpContext context, string id)
    {
        context.Response.StatusCode = _uploads.TryRemove(id, out _) ? 204 : 404;
        return Task.CompletedTask;
    }

    private Task PutAsync(HttpContext context, string key, byte[] body)
    {
        Objects[key] = body;
        context.Response.Headers.ETag = Tag(body);
        return Task.CompletedTask;
    }

    private async Task GetAsync(HttpContext context, string key)
    {
        if (!Objects.TryGetValue(key, out var content))
        {
            await FailAsync(context, 404, "NoSuchKey");
            return;
        }

        context.Response.ContentLength = content.Length;
        context.Response.Headers.ETag = Tag(content);
        await context.Response.Body.WriteAsync(content);
    }

    private Task DeleteAsync(HttpContext context, string key)
    {
        Objects.TryRemove(key, out _);
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static Task SayAsync(HttpContext context, XElement answer)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{answer}");
    }

    private static Task FailAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return SayAsync(context, new XElement("Error", new XElement("Code", code), new XElement("Message", $"The stub says {code}.")));
    }

#pragma warning disable CA5351 // The protocol requires MD5 here.
    private static string Tag(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
#pragma warning restore CA5351

    private sealed record Upload(string Key, ConcurrentDictionary<int, byte[]> Parts);
}
