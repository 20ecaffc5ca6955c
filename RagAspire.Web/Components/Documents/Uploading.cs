using System.Net;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using RagAspire.Client;
using RagAspire.Web.Components.Parts;
using RagAspire.Web.Security;

namespace RagAspire.Web.Components.Documents;

/// <summary>Sends files to the API, some at a time, and follows each until it can be searched.</summary>
public abstract class Uploading : ApiPage
{
    private const int SentAtOnce = 2;

    /// <summary>A key may have 100 streams of events, on all its pages.</summary>
    private const int FollowedAtOnce = 20;

    // Not disposed: files that a closed page still sends give their places back, and no handle is behind a place.
    private readonly SemaphoreSlim _sending = new(SentAtOnce);
    private readonly SemaphoreSlim _following = new(FollowedAtOnce);
    private readonly Coalesced _refresh = new(TimeSpan.FromMilliseconds(300));

    /// <summary>The last chosen ones first.</summary>
    protected List<UploadedFile> Files { get; } = [];

    [Inject]
    protected IOptions<WebOptions> Options { get; set; } = null!;

    [Inject]
    private IStringLocalizer<Texts> Words { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    /// <summary>Shows the files, and returns when all have been sent and processed.</summary>
    /// <param name="send">The call that takes a file.</param>
    protected async Task UploadAsync(
        IReadOnlyList<IBrowserFile> chosen, Func<RagApiClient, FileUpload, Task<Document>> send)
    {
        var files = chosen.Select(file => (Source: file, Shown: new UploadedFile(file.Name, file.Size))).ToList();
        Files.InsertRange(0, files.Select(file => file.Shown));
        await Task.WhenAll(files.Select(file => UploadAsync(file.Source, file.Shown, send)));
    }

    private async Task UploadAsync(
        IBrowserFile source, UploadedFile file, Func<RagApiClient, FileUpload, Task<Document>> send)
    {
        try
        {
            await file.TryAsync(() => OneOfAsync(_sending, () => SendAsync(source, file, send)));
            _ = RefreshAsync();
            if (file.Document is { } document)
            {
                StateHasChanged();
                await file.TryAsync(() => OneOfAsync(_following, () => FollowAsync(document.Id, file)));
                _ = RefreshAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The page is closed; what was sent is processed all the same.
        }
    }

    private async Task SendAsync(IBrowserFile source, UploadedFile file, Func<RagApiClient, FileUpload, Task<Document>> send)
    {
        var most = Options.Value.UploadBytes;
        if (source.Size > most)
        {
            throw new RagApiException(
                HttpStatusCode.RequestEntityTooLarge, Words["Upload.TooLarge"], Words["Upload.Help", Formats.Bytes(most)]);
        }

        file.IsSending = true;
        await using var content = source.OpenReadStream(most, Gone);
        var upload = new FileUpload(file.FileName, content, source.Size)
        {
            Tags = file.Tags,
            Sent = new Progress<long>(sent => _ = InvokeAsync(() => Show(file, sent))),
        };
        file.Document = await send(await Access.ClientAsync(), upload);
        if (file.Document.Changed is { } changed)
        {
            file.Note = Words[changed.Count == 0 ? "Upload.Known" : "Upload.Changed"];
        }
    }

    private async Task FollowAsync(Guid document, UploadedFile file)
    {
        var client = await Access.ClientAsync();
        await foreach (var step in client.Documents.EventsAsync(document, Gone))
        {
            file.Add(step);
            StateHasChanged();
        }
    }

    private async Task OneOfAsync(SemaphoreSlim places, Func<Task> call)
    {
        await places.WaitAsync(Gone);
        try
        {
            await call();
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Shows the rest of the page anew.</summary>
    private Task RefreshAsync() => _refresh.RunAsync(() => Navigation.Refresh(), Time, Gone);

    private void Show(UploadedFile file, long sent)
    {
        if (file.Sent(sent))
        {
            StateHasChanged();
        }
    }
}
