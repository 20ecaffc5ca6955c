using RagAspire.Client;

namespace RagAspire.AppHost.Commands;

/// <summary>Commands that store documents.</summary>
internal static class DocumentCommands
{
    public static IResourceBuilder<ProjectResource> WithDocumentCommands(
        this IResourceBuilder<ProjectResource> api, ApiAccess access)
    {
        var samples = Path.Combine(api.ApplicationBuilder.AppHostDirectory, "Samples");
        return api
            .WithApiCommand(
                ("upload-samples", "Upload the sample documents"),
                access,
                (client, context) =>
                    UploadAsync(client, Directory.GetFiles(samples), collection: null, context.CancellationToken),
                new CommandOptions
                {
                    Description = "Stores a few operations documents in the default collection; the same ones are stored once.",
                    IconName = "DocumentArrowUp",
                    IsHighlighted = true,
                })
            .WithApiCommand(
                ("upload-documents", "Upload documents"),
                access,
                (client, context) => UploadPathAsync(
                    client,
                    context.Arguments.GetString("path")!,
                    context.Arguments.GetString("collection"),
                    context.CancellationToken),
                new CommandOptions
                {
                    Description = "Stores a file, or all files of a folder and its subfolders.",
                    IconName = "FolderArrowUp",
                    Arguments =
                    [
                        new InteractionInput
                        {
                            Name = "path", Label = "File or folder", InputType = InputType.Text, Required = true,
                            Placeholder = "/home/me/documents", Description = "On the machine of the AppHost.",
                        },
                        new InteractionInput
                        {
                            Name = "collection", Label = "Collection", InputType = InputType.Text, Placeholder = "default",
                        },
                    ],
                    Progress = new CommandProgressOptions { Title = "Upload documents", Message = "The files are uploaded." },
                });
    }

    private static async Task<ExecuteCommandResult> UploadPathAsync(
        ApiClient client, string path, string? collection, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> files = File.Exists(path) ? [path]
            : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*", Recursive).Order(StringComparer.Ordinal)]
            : [];
        return files.Count == 0
            ? CommandResults.Failure($"There is no file at {path}.")
            : await UploadAsync(client, files, collection, cancellationToken);
    }

    private static EnumerationOptions Recursive { get; } = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    private static async Task<ExecuteCommandResult> UploadAsync(
        ApiClient client, IReadOnlyList<string> files, string? collection, CancellationToken cancellationToken)
    {
        List<string[]> rows = [];
        var refused = 0;
        foreach (var file in files)
        {
            var name = Path.GetFileName(file);
            try
            {
                await using var content = File.OpenRead(file);
                var document = await client.UploadAsync<Document>(name, content, collection, cancellationToken);
                rows.Add([Markdown.Text(name), document.Status, $"`{document.Id}`"]);
            }
            catch (Exception ex) when (ex is ApiException or IOException or UnauthorizedAccessException)
            {
                refused++;
                rows.Add([Markdown.Text(name), Markdown.Text(ex.Message), ""]);
            }
        }

        var result = new CommandResultData
        {
            Value = Markdown.Table(["Document", "Status", "Id"], rows),
            Format = CommandResultFormat.Markdown,
            DisplayImmediately = refused > 0,
        };
        return refused == 0
            ? CommandResults.Success($"{files.Count} documents are stored; the worker makes them searchable.", result)
            : CommandResults.Failure($"{refused} of {files.Count} documents are not stored.", result);
    }
}
