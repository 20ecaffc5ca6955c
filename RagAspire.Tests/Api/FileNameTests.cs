using System.Net.Http.Headers;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>The names of uploaded files, in all the ways in which programs write them.</summary>
public sealed class FileNameTests(SharedSystem shared, Stores stores)
{
    [Theory]
    [InlineData("filename=\"Grüße.txt\"", "utf-8")]
    [InlineData("filename=\"Grüße.txt\"", "iso-8859-1")]
    [InlineData("filename=\"x.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt", "utf-8")]
    [InlineData("filename*=iso-8859-1'de'Gr%FC%DFe.txt", "utf-8")]
    [InlineData("filename=\"=?utf-8?B?R3LDvMOfZS50eHQ=?=\"", "utf-8")]
    [InlineData("filename=\"=?ISO-8859-1?Q?Gr=FC=DFe?= =?us-ascii*en?q?.txt?=\"", "utf-8")]
    [InlineData("filename=\"=?windows-1252?Q?Gr=FC=DFe.txt?=\"", "utf-8")]
    public async Task A_name_is_read_as_it_was_meant(string parameter, string encoding) =>
        Assert.Equal("Grüße.txt", await UploadedNameAsync(parameter, Encoding.GetEncoding(encoding)));

    [Theory]
    [InlineData("filename=\"=?klingon?Q?a.txt?=\"", "=?klingon?Q?a.txt?=")]
    [InlineData("filename=\"=?utf-8?B?R3L?=\"", "=?utf-8?B?R3L?=")]
    [InlineData("filename=\"=?utf-8?Q?a=?=\"", "=?utf-8?Q?a=?=")]
    public async Task A_name_that_is_not_encoded_as_it_says_stays_as_it_is(string parameter, string name) =>
        Assert.Equal(name, await UploadedNameAsync(parameter, Encoding.UTF8));

    private async Task<string> UploadedNameAsync(string parameter, Encoding encoding)
    {
        var client = (await shared.SystemAsync(stores)).Client;
        var collection = shared.NewCollection();
        var body = encoding.GetBytes($"""
            --b
            Content-Disposition: form-data; name="collection"

            {collection}
            --b
            Content-Disposition: form-data; name="file"; {parameter}

            {new string('x', 50_000)}
            --b--

            """.ReplaceLineEndings("\r\n"));
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using var response = await client.Http.PostAsync("/api/v1/documents", content, TestContext.Current.CancellationToken);
        return new DocumentResponse(await RagClient.JsonAsync(response)).Name;
    }
}
