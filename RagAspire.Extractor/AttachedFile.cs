using RagAspire.Extraction;

namespace RagAspire.Extractor;

/// <summary>A file inside another that becomes a document of its own: attached to a mail, or packed into an archive.</summary>
/// <param name="Content">Read when its turn comes, so that one file is in memory at a time.</param>
/// <param name="IsShown">The text around it shows it as a picture, such as the logo of a signature.</param>
internal sealed record AttachedFile(string Name, Func<byte[]> Content, bool IsShown = false)
{
    // Icons, lines and logos are smaller, and pages with text larger.
    private const int SmallestPicture = 10 * 1024;

    /// <summary>Names the files for the reader of the text around them, and takes each of them out.</summary>
    public static void TakeOut(IReadOnlyList<AttachedFile> files, DocumentSink sink)
    {
        var names = files.Where(file => !file.IsShown && file.Name.Length > 0).Select(file => file.Name).ToList();
        if (names.Count > 0)
        {
            sink.Paragraph("Attachments: " + string.Join(", ", names));
        }

        foreach (var file in files)
        {
            file.TakeOut(sink);
        }
    }

    /// <summary>Takes it out. What cannot become a document is a warning of the one around it.</summary>
    /// <returns>Whether it was taken out.</returns>
    public bool TakeOut(DocumentSink sink)
    {
        var content = Content();
        var rules = sink.Limits.Attachments;
        if (content.Length == 0 || content.Length > rules.MaxFileBytes)
        {
            sink.Warn(WarningCodes.AttachmentsUnreadable, Name);
            return false;
        }

        using var file = new MemoryStream(content);
        var type = DocumentType.DetectAsync(file, Name, CancellationToken.None).GetAwaiter().GetResult();
        var isPicture = type.ContentType.StartsWith("image/", StringComparison.Ordinal);
        if (isPicture && (IsShown || (type.IsSupported && (!rules.ReadsPictures || content.Length < SmallestPicture))))
        {
            sink.Warn(WarningCodes.PicturesSkipped, Name);
            return false;
        }

        if (!type.IsSupported)
        {
            sink.Warn(WarningCodes.AttachmentsUnreadable, Name);
            return false;
        }

        sink.Attach(Name, content);
        return true;
    }
}
