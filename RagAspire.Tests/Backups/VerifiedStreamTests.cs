using CliWrap;
using Microsoft.Extensions.Options;
using RagAspire.Backups;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>A program that reads a backup gets nothing but blocks that agree with the manifest.</summary>
public sealed class VerifiedStreamTests : IDisposable
{
    private const string Id = "20260101T000000Z-00000000";
    private const int Blocks = 3;

    private readonly TestDirectory _directory = TestDirectory.Create("verified");
    private readonly byte[] _content = new byte[(Blocks * BlockChecksums.BlockBytes) - 1000];

    public VerifiedStreamTests()
    {
        new Random(1).NextBytes(_content);
        Directory.CreateDirectory(Path.Combine(_directory.Path, Id));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string FilePath => Path.Combine(_directory.Path, Id, "database.dump");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_whole_file_passes_when_it_is_as_it_was_written()
    {
        await File.WriteAllBytesAsync(FilePath, _content, Token);

        var (passed, failure) = await ReadAsync();

        Assert.Null(failure);
        Assert.Equal(_content, passed);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(BlockChecksums.BlockBytes + 5, 1)]
    [InlineData((2 * BlockChecksums.BlockBytes) + 5, 2)]
    public async Task Nothing_passes_from_the_first_changed_block_on(int position, int blocks)
    {
        var changed = (byte[])_content.Clone();
        changed[position] ^= 1;
        await File.WriteAllBytesAsync(FilePath, changed, Token);

        var (passed, failure) = await ReadAsync();

        Assert.Contains("another checksum", failure!.Message, StringComparison.Ordinal);
        AssertBeginning(passed, blocks);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(BlockChecksums.BlockBytes)]
    public async Task A_file_that_is_shorter_or_longer_is_refused_at_its_end(int difference)
    {
        var other = new byte[_content.Length + difference];
        Array.Copy(_content, other, Math.Min(_content.Length, other.Length));
        await File.WriteAllBytesAsync(FilePath, other, Token);

        var (passed, failure) = await ReadAsync();

        Assert.Contains($"and had {_content.Length} when", failure!.Message, StringComparison.Ordinal);
        AssertBeginning(passed, Blocks - 1);
    }

    /// <summary>A program that loses its input may be ended before all of its output is collected.</summary>
    private void AssertBeginning(byte[] passed, int blocks)
    {
        Assert.InRange(passed.Length, 0, blocks * BlockChecksums.BlockBytes);
        Assert.Equal(_content[..passed.Length], passed);
    }

    private async Task<(byte[] Passed, DamagedBackupException? Failure)> ReadAsync()
    {
        using var blocks = new BlockChecksums();
        blocks.Append(_content);
        var file = BackupFile.Of("database.dump", _content) with { Blocks = blocks.Finish() };
        var manifest = new BackupManifest(
            BackupManifest.CurrentFormat, Id, default, "", Guid.Empty, "", BackupManifest.PgDumpMethod, null, null, [file], [], [], 0, "", "");
        var reader = new BackupReader(
            manifest, new DirectoryTarget(_directory.Path), new AgeEncryption(Options.Create(new BackupOptions())), default);
        using var passed = new MemoryStream();
        try
        {
            await reader.ReadAsync(file, ToolCommand.Create("cat", []) | PipeTarget.ToStream(passed), Token);
            return (passed.ToArray(), null);
        }
        catch (DamagedBackupException ex)
        {
            return (passed.ToArray(), ex);
        }
    }
}
