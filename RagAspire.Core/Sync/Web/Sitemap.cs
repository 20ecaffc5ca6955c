using System.IO.Compression;
using System.Xml;

namespace RagAspire.Sync.Web;

/// <summary>One file of a sitemap: pages, or further files.</summary>
/// <param name="IsIndex">The entries are further files.</param>
internal sealed record Sitemap(bool IsIndex, IReadOnlyList<(string Address, string Modified)> Entries)
{
    /// <summary>The largest file that the protocol allows, unpacked.</summary>
    public const long MaxBytes = 50 << 20;

    /// <exception cref="XmlException">It is not XML.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or too large.</exception>
    public static async Task<Sitemap> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using var plain = await UnpackedAsync(content, cancellationToken);
        using var reader = XmlReader.Create(plain, new XmlReaderSettings
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
        });
        await reader.MoveToContentAsync();
        var isIndex = reader.LocalName == "sitemapindex";
        var entries = new List<(string, string)>();
        string? address = null;
        var modified = "";
        while (!reader.EOF)
        {
            switch (reader.NodeType, reader.LocalName)
            {
                // Reading the content moves on to what follows the element.
                case (XmlNodeType.Element, "loc") when reader.NamespaceURI == SchemaOf(reader):
                    address = (await reader.ReadElementContentAsStringAsync()).Trim();
                    continue;
                case (XmlNodeType.Element, "lastmod"):
                    modified = (await reader.ReadElementContentAsStringAsync()).Trim();
                    continue;
                case (XmlNodeType.EndElement, "url" or "sitemap") when address is { Length: > 0 }:
                    entries.Add((address, modified));
                    (address, modified) = (null, "");
                    break;
            }

            await reader.ReadAsync();
        }

        return new Sitemap(isIndex, entries);
    }

    // Extensions for pictures and videos have elements of the same name in other namespaces.
    private static string SchemaOf(XmlReader reader) => reader.LookupNamespace("") ?? "";

    private static async Task<Stream> UnpackedAsync(Stream content, CancellationToken cancellationToken)
    {
        var magic = new byte[2];
        var isPacked = await content.ReadAtLeastAsync(magic, 2, false, cancellationToken) == 2 && magic is [0x1f, 0x8b];
        content.Position = 0;
        if (!isPacked)
        {
            return content;
        }

        await using var unpacking = new GZipStream(content, CompressionMode.Decompress);
        var plain = new MemoryStream();
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await unpacking.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (plain.Length + read > MaxBytes)
            {
                throw new InvalidDataException($"It is larger than {MaxBytes >> 20} MiB.");
            }

            plain.Write(buffer, 0, read);
        }

        plain.Position = 0;
        return plain;
    }
}
