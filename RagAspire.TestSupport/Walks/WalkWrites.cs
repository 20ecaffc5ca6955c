using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace RagAspire.TestSupport.Walks;

/// <summary>Calls that make, change or delete a document, if they may.</summary>
internal sealed class WalkWrites(string collection, Random random)
{
    private const string Documents = "/api/v1/documents";

    /// <summary>A new document, by one of the ways in which documents come.</summary>
    public WalkCall Create(int number, Walker walker, Walker other)
    {
        var group = random.Next(6) switch { 0 => other.Group, 1 or 2 => walker.Group, _ => null };
        return Upload(number, group) with
        {
            Effect = WalkEffect.Create,
            Refusal = !walker.CanWrite || group == other.Group ? HttpStatusCode.Forbidden : null,
        };
    }

    /// <summary>A change of a document that is there.</summary>
    public WalkCall Change(WalkedDocument target, Walker walker, Walker other)
    {
        var call = random.Next(8) switch
        {
            0 when target.HasExternalId => ReplaceByExternalId(target, walker, other),
            0 or 1 => Replace(target, walker, other),
            2 => Label(target, walker),
            3 => Show(target, walker, other),
            4 => Unless(target, walker, new WalkCall(new HttpRequestMessage(HttpMethod.Post, $"{Documents}/{target.Id}/retry"))),
            5 => WalkCall.Json(HttpMethod.Post, $"{Documents}/retry", new { collection, status = "failed" }),
            6 => Copy(target, walker),
            _ => Unless(target, walker, new WalkCall(new HttpRequestMessage(HttpMethod.Delete, $"{Documents}/{target.Id}"))) with
            {
                Effect = WalkEffect.Delete,
            },
        };
        return walker.CanWrite ? call : call with { Refusal = HttpStatusCode.Forbidden };
    }

    /// <summary>The form of an upload, with the document's number as metadata.</summary>
    /// <param name="collection">Null where it is not to be named.</param>
    /// <param name="group">Null for none.</param>
    public static MultipartFormDataContent Form(int number, int edition, string? collection, string? group, string? name = null)
    {
        var form = new MultipartFormDataContent();
        Add(form, "collection", collection);
        Add(form, "groups", group);
        Add(form, "metadata", Metadata(number));
        var file = new StringContent(WalkedDocument.TextOf(number, edition));
        file.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        form.Add(file, "file", name ?? WalkedDocument.NameOf(number));
        return form;
    }

    private WalkCall Upload(int number, string? group)
    {
        switch (random.Next(5))
        {
            case 0:
                return Send(HttpMethod.Post, Documents, Form(number, 0, collection, group));
            case 1:
                var path = $"{Documents}/by-external-id/{WalkedDocument.ExternalIdOf(number)}";
                return Send(HttpMethod.Put, path, Form(number, 0, collection, group));
            case 2:
                return Send(HttpMethod.Post, $"{Documents}/batch", Form(number, 0, collection, group));
            case 3:
                var shown = group is null ? "" : $"&groups={group}";
                var query = $"collection={collection}&metadata={Uri.EscapeDataString(Metadata(number))}{shown}";
                return Send(HttpMethod.Post, $"{Documents}/batch?{query}", Zip(number));
            default:
                var (name, text) = (WalkedDocument.NameOf(number), WalkedDocument.TextOf(number, 0));
                var groups = group is null ? null : new[] { group };
                return WalkCall.Tool("upload_document", new { name, text, collection, metadata = new { number }, groups });
        }
    }

    /// <summary>The next version, at times for a group that the key does not have.</summary>
    private WalkCall Replace(WalkedDocument target, Walker walker, Walker other)
    {
        var (edition, isForeign) = (random.Next(1, 1_000_000), random.Next(4) == 0);
        var form = Form(target.Number, edition, null, isForeign ? other.Group : null);
        var call = Unless(target, walker, Send(HttpMethod.Put, $"{Documents}/{target.Id}", form));
        return call with
        {
            Effect = WalkEffect.Change,
            Edition = edition,
            Refusal = call.Refusal ?? (isForeign ? HttpStatusCode.Forbidden : null),
        };
    }

    /// <summary>That the id is taken is no secret, but the form is read before.</summary>
    private WalkCall ReplaceByExternalId(WalkedDocument target, Walker walker, Walker other)
    {
        var (edition, isForeign) = (random.Next(1, 1_000_000), random.Next(4) == 0);
        var form = Form(target.Number, edition, collection, isForeign ? other.Group : null);
        return Send(HttpMethod.Put, $"{Documents}/by-external-id/{WalkedDocument.ExternalIdOf(target.Number)}", form) with
        {
            Effect = WalkEffect.Change,
            Edition = edition,
            Refusal = isForeign ? HttpStatusCode.Forbidden : target.IsHiddenFrom(walker.Group) ? HttpStatusCode.Conflict : null,
        };
    }

    private WalkCall Label(WalkedDocument target, Walker walker)
    {
        var seen = random.Next(3);
        var change = new { tags = new { seen = $"{seen}" }, metadata = new { number = target.Number, seen } };
        return Unless(target, walker, WalkCall.Json(HttpMethod.Patch, $"{Documents}/{target.Id}", change)) with
        {
            Effect = WalkEffect.Change,
        };
    }

    /// <summary>A key gives and takes its own groups alone, so these documents stay with the group that they have.</summary>
    private WalkCall Show(WalkedDocument target, Walker walker, Walker other)
    {
        string[] groups = random.Next(4) switch
        {
            0 => [],
            1 => [walker.Group],
            2 => [other.Group],
            _ => [walker.Group, other.Group],
        };
        var call = Unless(target, walker, WalkCall.Json(HttpMethod.Put, $"{Documents}/{target.Id}/groups", new { groups })) with
        {
            Effect = WalkEffect.Change,
        };
        string[] present = target.Group is { } group ? [group] : [];
        return groups.SequenceEqual(present) ? call : call with { Refusal = call.Refusal ?? HttpStatusCode.Forbidden };
    }

    /// <summary>Under another name where the document is hidden, because its own has its word.</summary>
    private WalkCall Copy(WalkedDocument target, Walker walker)
    {
        var name = target.IsHiddenFrom(walker.Group) ? "copy.txt" : null;
        return Send(HttpMethod.Post, Documents, Form(target.Number, target.Edition, collection, null, name)) with
        {
            Effect = WalkEffect.Copy,
        };
    }

    private static WalkCall Unless(WalkedDocument target, Walker walker, WalkCall call) => call with
    {
        Named = target,
        Refusal = target.IsHiddenFrom(walker.Group) ? HttpStatusCode.NotFound : null,
    };

    private static WalkCall Send(HttpMethod method, string path, HttpContent content) =>
        new(new HttpRequestMessage(method, path) { Content = content });

    private static void Add(MultipartFormDataContent form, string field, string? value)
    {
        if (value is not null)
        {
            form.Add(new StringContent(value), field);
        }
    }

    private static ByteArrayContent Zip(int number)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry(WalkedDocument.NameOf(number)).Open();
            entry.Write(Encoding.UTF8.GetBytes(WalkedDocument.TextOf(number, 0)));
        }

        var content = new ByteArrayContent(archive.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return content;
    }

    private static string Metadata(int number) => string.Create(CultureInfo.InvariantCulture, $$"""{"number": {{number}}}""");
}
