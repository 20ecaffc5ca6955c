using System.Net;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Options;
using RagAspire.Client;
using RagAspire.Web.Security;

namespace RagAspire.Web.Components.Documents;

/// <summary>Sends files to the API, some at a time, and follows each until it can be searched.</summary>
public sealed partial class UploadPanel
{
    private const int MostFiles = 200;
    private const int AtOnce = 2;

    private readonly List<UploadedFile> _files = [];
    private readonly List<object> _inputs = [new()];
    private readonly SemaphoreSlim _places = new(AtOnce);
    private string? _collection;
    private string? _refused;

    [Parameter, EditorRequired]
    public string[] Known { get; set; } = [];

    [Parameter]
    public string? Initial { get; set; }

    [Inject]
    private IOptions<WebOptions> Options { get; set; } = null!;

    private string Summary => T["Upload.Summary", _files.Count(file => file.Status == DocumentStatus.Ready), _files.Count];

    protected override void OnInitialized() => _collection = Initial;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _places.Dispose();
        }
    }

    private async Task ChosenAsync(InputFileChangeEventArgs chosen)
    {
        _refused = null;
        if (chosen.FileCount > MostFiles)
        {
            _refused = T["Upload.TooMany", MostFiles];
            return;
        }

        var input = _inputs[^1];
        _inputs.Add(new object());
        var collection = string.IsNullOrWhiteSpace(_collection) ? null : _collection.Trim();
        var files = chosen.GetMultipleFiles(MostFiles)
            .Select(file => (Source: file, Shown: new UploadedFile(file.Name, file.Size))).ToList();
        _files.InsertRange(0, files.Select(file => file.Shown));
        await Task.WhenAll(files.Select(file => FollowAsync(file.Source, file.Shown, collection)));
        _inputs.Remove(input);
    }

    private async Task FollowAsync(IBrowserFile source, UploadedFile file, string? collection)
    {
        try
        {
            await file.TryAsync(() => SendAsync(source, file, collection));
            Navigation.Refresh();
            if (file.Document is { } document)
            {
                await file.TryAsync(async () =>
                {
                    var client = await Access.ClientAsync();
                    await foreach (var step in client.Documents.EventsAsync(document.Id, Gone))
                    {
                        file.Add(step);
                        StateHasChanged();
                    }
                });
                Navigation.Refresh();
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody looks any more; what was sent is processed all the same.
        }
    }

    private async Task SendAsync(IBrowserFile source, UploadedFile file, string? collection)
    {
        if (source.Size > Options.Value.UploadBytes)
        {
            throw new RagApiException(
                HttpStatusCode.RequestEntityTooLarge, T["Upload.TooLarge"], T["Upload.Help", Parts.Formats.Bytes(Options.Value.UploadBytes)]);
        }

        await _places.WaitAsync(Gone);
        try
        {
            file.IsSending = true;
            var client = await Access.ClientAsync();
            await using var content = source.OpenReadStream(Options.Value.UploadBytes, Gone);
            file.Document = await client.Documents.UploadAsync(
                new FileUpload(source.Name, content, source.Size)
                {
                    Collection = collection,
                    Sent = new Progress<long>(sent => _ = InvokeAsync(() => Show(file, sent))),
                },
                Gone);
            if (file.Document.Changed is { } changed)
            {
                file.Note = T[changed.Count == 0 ? "Upload.Known" : "Upload.Changed"];
            }
        }
        finally
        {
            _places.Release();
        }
    }

    private void Show(UploadedFile file, long sent)
    {
        if (file.Sent(sent))
        {
            StateHasChanged();
        }
    }
}
