using System.Xml;
using RagAspire.Documents.Intake;

namespace RagAspire.Sync.Web;

/// <summary>Pages of the web, from a list of addresses or a sitemap. An address is the path of its page.</summary>
internal sealed class WebSource(SourceOptions source, SyncOptions options, long maxBytes, WebReader reader) : ISyncSource
{
    private const int MaxSitemaps = 50;

    public async Task<SourceListing> ListAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, SourceFile>();
        var problems = new List<string>();
        if (source.Kind == SourceKind.Sitemap)
        {
            await ReadSitemapsAsync(new Uri(source.Addresses[0]), found, problems, cancellationToken);
        }
        else
        {
            foreach (var address in source.Addresses)
            {
                Add(new Uri(address), "", found, problems);
            }
        }

        return new SourceListing([.. found.Values], problems);
    }

    public async Task<OpenedFile?> OpenAsync(SourceFile file, string? tag, CancellationToken cancellationToken) =>
        await reader.ReadAsync(new Uri(file.Path), tag, maxBytes, cancellationToken) is { } page
            ? new OpenedFile(page.Content, NameOf(page), page.Tag)
            : null;

    public void Dispose() => reader.Dispose();

    private async Task ReadSitemapsAsync(
        Uri first, Dictionary<string, SourceFile> found, List<string> problems, CancellationToken cancellationToken)
    {
        var open = new Queue<Uri>([first]);
        var seen = new HashSet<Uri>([first]);
        while (open.TryDequeue(out var address))
        {
            var sitemap = await ReadSitemapAsync(address, cancellationToken);
            foreach (var (location, modified) in sitemap.Entries)
            {
                if (!Uri.TryCreate(location, UriKind.Absolute, out var entry)
                    || entry is not { Scheme: "http" or "https", UserInfo.Length: 0 } || entry.Host != first.Host)
                {
                    // A sitemap speaks for its own host only.
                    continue;
                }

                if (!sitemap.IsIndex)
                {
                    Add(entry, modified, found, problems);
                }
                else if (seen.Count < MaxSitemaps && seen.Add(entry))
                {
                    open.Enqueue(entry);
                }
                else if (seen.Count == MaxSitemaps && !seen.Contains(entry))
                {
                    throw new SourceUnavailableException($"The sitemap has more than {MaxSitemaps} parts.");
                }
            }
        }
    }

    private async Task<Sitemap> ReadSitemapAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            var page = await reader.ReadAsync(address, tag: null, Sitemap.MaxBytes, cancellationToken);
            await using var content = page!.Content;
            return content.Length <= Sitemap.MaxBytes ? await Sitemap.ReadAsync(content, cancellationToken)
                : throw new InvalidDataException($"It is larger than {Sitemap.MaxBytes >> 20} MiB.");
        }
        catch (Exception ex) when (ex is SourceFileException or SourceFileGoneException or RefusedFileException
            or XmlException or InvalidDataException)
        {
            throw new SourceUnavailableException($"The sitemap {address} cannot be read: {ex.Message}", ex);
        }
    }

    private void Add(Uri address, string version, Dictionary<string, SourceFile> found, List<string> problems)
    {
        var path = address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);
        if (!SourcePaths.AreStorable(path))
        {
            problems.Add($"The address {path[..100]}… is too long.");
        }
        else if (found.Count < options.MaxPages || found.ContainsKey(path))
        {
            found[path] = new SourceFile(path, Size: null, version);
        }
        else if (found.Count == options.MaxPages && !problems.Exists(IsOfLimit))
        {
            problems.Add($"Only the first {options.MaxPages} pages are read (Sync:MaxPages).");
        }
    }

    private static bool IsOfLimit(string problem) => problem.Contains("Sync:MaxPages", StringComparison.Ordinal);

    /// <summary>The last part of the address; the type of a page without an ending is what its server says.</summary>
    private static string NameOf(WebPage page)
    {
        var path = Uri.UnescapeDataString(page.Address.AbsolutePath).TrimEnd('/');
        var name = path.Length == 0 ? page.Address.Host : FileReceiver.CleanName(path);
        var ending = page.ContentType switch
        {
            "text/html" or "application/xhtml+xml" => ".html",
            "text/plain" => ".txt",
            "text/markdown" => ".md",
            "text/csv" => ".csv",
            "application/json" => ".json",
            "application/pdf" => ".pdf",
            _ => "",
        };
        return path.Length > 0 && Path.HasExtension(name) ? name : name + ending;
    }
}
