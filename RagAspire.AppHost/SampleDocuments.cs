using System.Net.Http.Headers;

namespace RagAspire.AppHost;

internal static class SampleDocuments
{
    /// <summary>Adds a button that uploads the files of <c>Samples</c>, so that there is something to ask about.</summary>
    public static IResourceBuilder<ProjectResource> WithSampleDocuments(
        this IResourceBuilder<ProjectResource> api, IResourceBuilder<ParameterResource> apiKey)
    {
        var folder = Path.Combine(api.ApplicationBuilder.AppHostDirectory, "Samples");
        return api.WithCommand(
            "upload-samples",
            "Upload the sample documents",
            context => UploadAsync(folder, api.GetEndpoint("http"), apiKey.Resource, context.CancellationToken),
            new CommandOptions
            {
                Description = "Stores a few short operations documents in the default collection. Harmless to repeat.",
                IconName = "DocumentArrowUp",
                IsHighlighted = true,
            });
    }

    private static async Task<ExecuteCommandResult> UploadAsync(
        string folder, EndpointReference endpoint, ParameterResource apiKey, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = new Uri(endpoint.Url) };
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", await apiKey.GetValueAsync(cancellationToken));
        var files = Directory.GetFiles(folder);
        foreach (var file in files)
        {
            await using var content = File.OpenRead(file);
            using var form = new MultipartFormDataContent { { new StreamContent(content), "file", Path.GetFileName(file) } };
            using var response = await client.PostAsync(new Uri("/api/v1/documents", UriKind.Relative), form, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                var problem = await response.Content.ReadAsStringAsync(cancellationToken);
                return CommandResults.Failure($"{Path.GetFileName(file)}: {(int)response.StatusCode} {problem}");
            }
        }

        return CommandResults.Success($"{files.Length} documents are stored; the worker makes them searchable.");
    }
}
