using System.Text;

namespace RagAspire.Benchmarks.Load;

/// <summary>A file to upload.</summary>
internal sealed record LoadDocument(string Name, string Text)
{
    public byte[] Bytes() => Encoding.UTF8.GetBytes(Text);

    /// <exception cref="HttpRequestException">It was not stored.</exception>
    public async Task UploadAsync(HttpClient api, CancellationToken cancellationToken)
    {
        using var file = new ByteArrayContent(Bytes());
        using var form = new MultipartFormDataContent { { file, "file", Name } };
        using var response = await api.PostAsync(new Uri("/api/v1/documents", UriKind.Relative), form, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
