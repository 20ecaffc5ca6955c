using RagAspire.Client;

namespace RagAspire.Web.Components.Documents;

/// <summary>A chosen file and how far it is.</summary>
public sealed class UploadedFile(string name, long sizeBytes)
{
    private const int LongestTag = 256;

    private DocumentProgress? _progress;

    /// <summary>With the folders of a chosen folder.</summary>
    public string Name { get; } = name;

    public string FileName => Name[(Name.LastIndexOf('/') + 1)..];

    /// <summary>Where it was inside of a chosen folder; of a path that is too long the last part.</summary>
    public IReadOnlyDictionary<string, string> Tags => FileName.Length == Name.Length
        ? new Dictionary<string, string>()
        : new Dictionary<string, string> { ["path"] = Name[Math.Max(0, Name.Length - LongestTag)..] };

    public long SizeBytes { get; } = sizeBytes;

    /// <summary>It has one of the places for files that are sent at once.</summary>
    public bool IsSending { get; set; }

    public int SentPercent { get; private set; }

    /// <summary>Null until the API has stored it.</summary>
    public Document? Document { get; set; }

    /// <summary>Why it was refused, or cannot be followed.</summary>
    public RagApiException? Problem { get; private set; }

    /// <summary>What else there is to say.</summary>
    public string? Note { get; set; }

    public string Status => Problem is not null ? DocumentStatus.Failed
        : _progress?.Status ?? Document?.Status ?? (IsSending ? DocumentStatus.Processing : DocumentStatus.Pending);

    public string? Stage => _progress?.Stage;

    public int Progress => _progress?.Progress ?? 0;

    public IReadOnlyList<ExtractionWarning>? Warnings => _progress?.Warnings;

    public Coverage? Coverage => _progress?.Coverage;

    public void Add(DocumentProgress step)
    {
        ArgumentNullException.ThrowIfNull(step);
        _progress = step;
        Note = step.Error ?? Note;
    }

    /// <returns>Whether there is something new to show.</returns>
    public bool Sent(long bytes)
    {
        var percent = SizeBytes == 0 ? 100 : (int)(100 * bytes / SizeBytes);
        (var before, SentPercent) = (SentPercent, percent);
        return percent != before;
    }

    /// <summary>A refusal concerns this file, and not the others.</summary>
    public async Task TryAsync(Func<Task> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            await call();
        }
        catch (RagApiException ex)
        {
            Problem = ex;
        }
        catch (IOException ex)
        {
            // The browser has lost the file, or it has changed on the disk.
            Problem = new RagApiException(System.Net.HttpStatusCode.BadRequest, ex.Message, null, ex);
        }
    }
}
