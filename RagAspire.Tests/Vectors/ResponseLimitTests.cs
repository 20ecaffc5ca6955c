using System.Net;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Tests.Vectors;

public sealed class ResponseLimitTests
{
    [Theory]
    [InlineData("aaaaa\nbbbbb\ncc", true)]
    [InlineData("aaaaa\nbbbbbbbbbbb\ncc", false)]
    [InlineData("aaaaa\nbbbbb\nccccccccccc", false)]
    [InlineData("a\na\na\na\na\na\na\na\na\na\na\na\na\na\na\na\n", false)]
    public async Task A_body_is_passed_on_as_long_as_its_lines_and_its_whole_are_within_the_limits(string body, bool passes)
    {
        var limit = new ResponseLimit(lineBytes: 10, totalBytes: 30) { InnerHandler = new Answering(body) };
        using var client = new HttpClient(limit);
        var reading = () => client.GetStringAsync("http://model.example/", TestContext.Current.CancellationToken);
        if (passes)
        {
            Assert.Equal(body, await reading());
        }
        else
        {
            await Assert.ThrowsAsync<HttpRequestException>(reading);
        }
    }

    private sealed class Answering(string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) });
    }
}
