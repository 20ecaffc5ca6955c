using System.Net;
using System.Net.Http.Json;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

public sealed class BadInputTests(SharedSystem shared, Stores stores)
{
    [Fact]
    public async Task An_empty_file_is_refused() =>
        await RefusedAsync(HttpStatusCode.BadRequest, "empty", client => client.PostFileAsync("empty.txt", []));

    [Fact]
    public async Task A_file_of_no_known_type_is_refused_whatever_its_name_says() =>
        await RefusedAsync(
            HttpStatusCode.UnsupportedMediaType,
            "PDF",
            client => client.PostFileAsync("report.pdf", [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0]));

    [Fact]
    public async Task A_body_that_is_not_a_form_is_refused() =>
        await RefusedAsync(
            HttpStatusCode.UnsupportedMediaType,
            "multipart",
            client => client.Http.PostAsync("/api/v1/documents", new StringContent("x"), TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_form_without_a_file_is_refused() =>
        await RefusedAsync(HttpStatusCode.BadRequest, "no file", client => client.Http.PostAsync(
            "/api/v1/documents", new MultipartFormDataContent { { new StringContent("x"), "collection" } }, TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_form_that_breaks_off_is_refused() =>
        await RefusedAsync(HttpStatusCode.BadRequest, "ends too early", client =>
        {
            var content = new StringContent("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf a file");
            content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
            return client.Http.PostAsync("/api/v1/documents", content, TestContext.Current.CancellationToken);
        });

    [Theory]
    [InlineData("../etc")]
    [InlineData("a b")]
    [InlineData("'; drop table documents; --")]
    public async Task A_name_that_cannot_be_a_collection_is_refused(string name) =>
        await RefusedAsync(
            HttpStatusCode.BadRequest, "collection", client => client.PostFileAsync("a.txt", Encoding.UTF8.GetBytes("text"), ("collection", name)));

    [Fact]
    public async Task A_tag_without_a_value_sign_is_refused() =>
        await RefusedAsync(
            HttpStatusCode.BadRequest, "key=value", client => client.PostFileAsync("a.txt", Encoding.UTF8.GetBytes("text"), ("tags", "nonsense")));

    [Theory]
    [InlineData("""{"query":""}""", "Query")]
    [InlineData("""{"query":"x","limit":0}""", "Limit")]
    [InlineData("""{"query":"x","limit":101}""", "Limit")]
    [InlineData("""{"query":"x","collection":"a/b"}""", "Collection")]
    [InlineData("""{"query":"x","mode":"psychic"}""", "mode")]
    [InlineData("""{"query":"x","mode":1}""", "mode")]
    [InlineData("""{"query":42}""", "query")]
    [InlineData("""{"query":""", "JSON")]
    [InlineData("null", "body")]
    public async Task A_wrong_search_says_what_is_wrong(string body, string named) =>
        await RefusedAsync(HttpStatusCode.BadRequest, named, client => client.Http.PostAsync(
            "/api/v1/search", new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_question_that_is_too_long_is_refused() =>
        await RefusedAsync(HttpStatusCode.BadRequest, "Question", client => client.Http.PostAsJsonAsync(
            "/api/v1/answers", new { question = new string('x', 4001) }, TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_body_that_is_too_large_is_refused() =>
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "too large", client => client.Http.PostAsJsonAsync(
            "/api/v1/search", new { query = new string('x', 2 << 20) }, TestContext.Current.CancellationToken));

    [Fact]
    public async Task Feedback_on_nothing_known_is_refused()
    {
        await RefusedAsync(HttpStatusCode.NotFound, "search", client => client.Http.PostAsJsonAsync(
            "/api/v1/feedback", new { searchId = Guid.NewGuid(), relevant = true }, TestContext.Current.CancellationToken));
        await RefusedAsync(HttpStatusCode.BadRequest, "either", client => client.Http.PostAsJsonAsync(
            "/api/v1/feedback", new { relevant = true }, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/api/v1/documents/not-a-guid", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/documents/00000000-0000-0000-0000-000000000000", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/documents?limit=1000", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/documents?status=lost", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/documents?status=1", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/operations/alerts?status=burning", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/operations/maintenance/runs?status=walking", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/documents?after=yesterday", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/documents/00000000-0000-0000-0000-000000000000/events?until=never", HttpStatusCode.BadRequest)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task A_wrong_address_is_answered_with_a_problem(string path, HttpStatusCode expected) =>
        await RefusedAsync(expected, "", client => client.Http.GetAsync(path, TestContext.Current.CancellationToken));

    private async Task RefusedAsync(HttpStatusCode expected, string named, Func<RagClient, Task<HttpResponseMessage>> send)
    {
        using var response = await send((await shared.SystemAsync(stores)).Client);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(named, text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"traceId\"", text);
        Assert.DoesNotContain("   at ", text);
        Assert.DoesNotContain("Exception", text);
    }
}
