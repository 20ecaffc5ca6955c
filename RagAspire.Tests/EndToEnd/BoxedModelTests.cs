using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.EndToEnd;

/// <summary>A fresh system without any configured model.</summary>
public sealed class BoxedModelTests(Stores stores)
{
    [Fact]
    public async Task An_upload_is_found_by_its_meaning()
    {
        await using var system = await RagSystem.StartAsync(
            stores, new RagSystemOptions { Settings = new Dictionary<string, string> { ["Embeddings__Embedded"] = "minilm" } });
        var (client, other) = (system.Client, "The invoice is due at the end of the month.");
        await client.UploadAndWaitAsync("invoices.txt", Encoding.UTF8.GetBytes(other));
        await client.UploadAndWaitAsync("pets.txt", "A kitten dozed upon the rug."u8.ToArray());
        await client.FindAsync("kitten");

        const string query = "Where does my cat sleep?";
        SearchResponse found = null!;
        await Eventually.TrueAsync(
            async () => (found = await client.SearchAsync(query)).Hits is [{ DocumentName: "pets.txt" }, ..],
            TimeSpan.FromSeconds(30),
            () => $"Not found by meaning: {found}",
            TestContext.Current.CancellationToken);

        Assert.Equal("hybrid", found.Mode);
        Assert.Empty((await client.SearchAsync(query, mode: "text")).Hits);
    }
}
