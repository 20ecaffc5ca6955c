using System.Net;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

public sealed class HeadRequestTests(SharedSystem shared, Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/health")]
    [InlineData("/scalar")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/api/v1/documents")]
    [InlineData("/api/v1/documents?limit=0")]
    [InlineData("/api/v1/documents/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/operations/usage?format=html")]
    [InlineData("/nowhere")]
    public Task An_address_answers_HEAD_as_it_answers_GET(string path) => SameAsync(path);

    [Theory]
    [InlineData("")]
    [InlineData("/content")]
    [InlineData("/text")]
    [InlineData("/chunks")]
    [InlineData("/events")]
    public async Task And_so_does_a_document(string path)
    {
        var client = (await shared.SystemAsync(stores)).Client;
        var document = await client.UploadAndWaitAsync("head.txt", "Heads and tails."u8.ToArray(), ("collection", shared.NewCollection()));

        await SameAsync($"/api/v1/documents/{document.Id}{path}");
    }

    private async Task SameAsync(string path)
    {
        var client = (await shared.SystemAsync(stores)).Client;
        using var get = await client.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Token);
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var head = await client.Http.SendAsync(request, Token);

        Assert.NotEqual(HttpStatusCode.MethodNotAllowed, head.StatusCode);
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Token));
    }
}
