using System.IO.Compression;
using System.Text;
using System.Xml;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RagAspire.Documents.Children;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using RagAspire.Extractor;
using RagAspire.Extractor.Formats;
using RagAspire.Ingestion.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Extraction;

/// <summary>Files to read: samples of <see cref="SharedData"/>, and files that tests write themselves.</summary>
internal static class Samples
{
    private static readonly ExtractionLimits Limits = new(10_000, 20_000, 256 * 1024 * 1024, 50_000_000, TimeSpan.FromMinutes(5))
    {
        Attachments = new AttachmentRules(64 * 1024 * 1024),
    };

    public static TextExtractor Extractor(Action<ExtractionOptions>? configure = null)
    {
        var options = new ExtractionOptions { Processes = 2 };
        configure?.Invoke(options);
        return new TextExtractor(Options.Create(options), TimeProvider.System, NullLogger<TextExtractor>.Instance);
    }

    /// <summary>The path of a document: of the sample when <paramref name="path"/> begins with <c>sample/</c>.</summary>
    public static string Document(string path) => SharedData.Locate(path.StartsWith(SharedData.Sample, StringComparison.Ordinal)
        ? $"{SharedData.Sample}documents/{path[SharedData.Sample.Length..]}"
        : $"documents/{path}");

    /// <summary>Reads in this process; only for files that a test has written.</summary>
    /// <param name="keepsPartial">Whether an exception ends the document and not the test, as in the extractor's process.</param>
    public static ExtractedDocument Read(string contentType, byte[] content, bool keepsPartial = false) =>
        Open(contentType, content, Limits, keepsPartial).Document;

    /// <summary>Reads in this process, and takes out the files inside.</summary>
    public static (ExtractedDocument Document, IReadOnlyList<(string Name, byte[] Content)> Attached) Open(
        string contentType, byte[] content, ExtractionLimits? limits = null, bool keepsPartial = false)
    {
        var blocks = new List<TextBlock>();
        var attached = new List<(string, byte[])>();
        var sink = new DocumentSink(limits ?? Limits, [], (message, bytes) =>
        {
            blocks.AddRange(message.Blocks ?? []);
            if (bytes is not null)
            {
                attached.Add((message.Name!, bytes));
            }
        });
        try
        {
            FormatReaders.For(contentType).Read(new MemoryStream(content), sink);
        }
        catch (XmlException) when (keepsPartial)
        {
        }

        var done = sink.Finish();
        return (new ExtractedDocument(done.Title, blocks, done.Pages, done.Warnings, done.Coverage)
        {
            Properties = done.Properties ?? new Dictionary<string, System.Text.Json.JsonElement>(),
        }, attached);
    }

    public static ExtractedDocument Read(string contentType, string content) =>
        Read(contentType, Encoding.UTF8.GetBytes(content));

    public static byte[] Zip(params (string Name, string Content)[] files) =>
        Zip([.. files.Select(file => (file.Name, Encoding.UTF8.GetBytes(file.Content)))]);

    public static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return memory.ToArray();
    }

    /// <summary>A Word file with this body.</summary>
    public static byte[] Word(string body, params (string Name, string Content)[] more) => Zip(
    [
        ("[Content_Types].xml", """
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>
            """),
        ("_rels/.rels", """
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>
            """),
        ("word/document.xml", $"""
            <w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>
            """),
        .. more,
    ]);

    /// <summary>Extracts a file by its path, by default for the same collection as other files.</summary>
    public static async Task<ExtractedDocument> ExtractAsync(
        this TextExtractor extractor,
        string path,
        string contentType,
        IProgress<double>? progress,
        CancellationToken cancellationToken,
        string collection = "default")
    {
        await using var content = File.OpenRead(path);
        await using var attached = new AttachedFiles(20_000, 1 << 30);
        var source = new ExtractionSource(content, contentType, collection, path)
        {
            Attached = attached,
            LargestAttached = 64 << 20,
        };
        return await extractor.ExtractAsync(source, progress, cancellationToken);
    }

    /// <summary>A file that is deleted after the test.</summary>
    public static async Task<TemporaryFile> WriteAsync(byte[] content, string name = "sample.bin")
    {
        var file = new TemporaryFile(name);
        await File.WriteAllBytesAsync(file.Path, content, TestContext.Current.CancellationToken);
        return file;
    }
}

internal sealed class TemporaryFile(string name) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("extraction-");

    public string Path => System.IO.Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
