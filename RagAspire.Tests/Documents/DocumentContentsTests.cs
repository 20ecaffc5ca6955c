using System.Security.Cryptography;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Documents;

public sealed class DocumentContentsTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(262_143)]
    [InlineData(262_144)]
    [InlineData(262_145)]
    [InlineData(3_000_000)]
    public async Task Bytes_come_back_as_they_were_whatever_their_number(int length)
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var bytes = RandomNumberGenerator.GetBytes(length);
        using var file = new TemporaryFile();
        await using (var stream = file.Create())
        {
            await stream.WriteAsync(bytes, Token);
        }

        var upload = new UploadedFile(file.Path, "a.bin", "text/plain", length, SHA256.HashData(bytes));
        var (document, _) = await core.Get<DocumentIntake>().AcceptAsync(
            upload, "default", new Dictionary<string, string>(), "test", Token);
        using var copy = new MemoryStream();
        Assert.True(await core.Get<DocumentContents>().CopyToAsync(document.Id, 1, copy, Token));
        Assert.Equal(bytes, copy.ToArray());
        Assert.False(await core.Get<DocumentContents>().CopyToAsync(document.Id, 2, copy, Token));

        await core.Get<DocumentStore>().DeleteAsync(document.Id, "test", Token);
        Assert.Equal(0, await core.Get<NpgsqlDataSource>().Command("select count(*) from document_slices").ScalarAsync<long>(Token));
    }

    [Fact]
    public async Task Bytes_that_were_one_value_before_are_cut_into_slices()
    {
        var database = await stores.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await MigrationRig.ApplyAsync(source, until: "0011_alert_reports.sql");
        var bytes = RandomNumberGenerator.GetBytes(700_000);
        await source.Command("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256)
            values ('0199f7b4-0000-7000-8000-000000000001', 'default', 'a', 'text/plain', 1, '\x01'),
                ('0199f7b4-0000-7000-8000-000000000002', 'default', 'b', 'text/plain', 1, '\x02')
            """).ExecuteAsync(Token);
        await source.Command("""
            insert into document_contents (document_id, version, content) values
                ('0199f7b4-0000-7000-8000-000000000001', 1, $1), ('0199f7b4-0000-7000-8000-000000000002', 1, '\x61')
            """, bytes).ExecuteAsync(Token);

        await using var core = await CoreServices.CreateAsync(stores, database);
        using var copy = new MemoryStream();
        var contents = core.Get<DocumentContents>();
        Assert.True(await contents.CopyToAsync(Guid.Parse("0199f7b4-0000-7000-8000-000000000001"), 1, copy, Token));
        Assert.True(await contents.CopyToAsync(Guid.Parse("0199f7b4-0000-7000-8000-000000000002"), 1, copy, Token));
        Assert.Equal([.. bytes, (byte)'a'], copy.ToArray());
    }

    [Theory]
    [InlineData("{read,write,operations}", null, "{admin}")]
    [InlineData("{read,write,operations}", "{mine}", "{read,write,operations:read,operations:run,alerts:write,keys}")]
    [InlineData("{operations}", null, "{operations:read,operations:run,alerts:write,keys}")]
    [InlineData("{read}", null, "{read}")]
    public async Task Keys_of_before_keep_what_they_meant(string scopes, string? collections, string after)
    {
        var database = await stores.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await MigrationRig.ApplyAsync(source, until: "0012_document_slices.sql");
        await source.Command(
            "insert into api_keys (id, name, sha256, scopes, collections) values ('k', 'k', '\\x00', $1::text::text[], $2::text::text[])",
            scopes, collections).ExecuteAsync(Token);

        await using var core = await CoreServices.CreateAsync(stores, database);
        Assert.Equal(after, await source.Command("select scopes::text from api_keys").ScalarAsync<string>(Token));
    }
}
