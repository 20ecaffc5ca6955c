using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using RagAspire.Documents.Archives;
using RagAspire.Documents.Intake;

namespace RagAspire.Transfer;

/// <summary>Reads an archive to its end before anything of it is taken in, and compares it with its checksums.</summary>
internal static class TransferCheck
{
    /// <exception cref="TransferException">It is damaged; the message names the place.</exception>
    public static async Task<TransferManifest> RunAsync(Stream archive, CancellationToken cancellationToken)
    {
        await using var seen = TemporaryFile.CreateUnnamed();
        TransferManifest? manifest = null;
        var isComplete = false;
        await foreach (var entry in ReadAsync(archive, cancellationToken))
        {
            if (isComplete)
            {
                throw new TransferException($"The archive is damaged: {entry.Path} comes after the checksums.");
            }

            if (manifest is null)
            {
                manifest = await ManifestAsync(entry, seen, cancellationToken);
            }
            else if (entry.Path == TransferPaths.Checksums)
            {
                await CompareAsync(entry, seen, cancellationToken);
                isComplete = true;
            }
            else
            {
                await NoteAsync(seen, entry.Path, await SHA256.HashDataAsync(entry.Body, cancellationToken), cancellationToken);
            }
        }

        return isComplete ? manifest! : throw new TransferException("The archive ends too early: it has no checksums.");
    }

    /// <summary>The entries, with failures as those of a transfer.</summary>
    public static async IAsyncEnumerable<ArchiveEntry> ReadAsync(
        Stream archive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var entries = ArchiveReader.ReadAsync(archive, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(entries))
        {
            yield return entries.Current with { Body = new TransferBody(entries.Current) };
        }
    }

    private static async Task<bool> MoveNextAsync(IAsyncEnumerator<ArchiveEntry> entries)
    {
        try
        {
            return await entries.MoveNextAsync();
        }
        catch (ArchiveException ex)
        {
            throw new TransferException(ex.Message, ex);
        }
    }

    private static async Task<TransferManifest> ManifestAsync(
        ArchiveEntry entry, FileStream seen, CancellationToken cancellationToken)
    {
        if (entry.Path != TransferManifest.Path)
        {
            throw new TransferException($"This is no export of a collection: it begins with {entry.Path}.");
        }

        var bytes = new byte[1 << 16];
        var length = await entry.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        await NoteAsync(seen, entry.Path, SHA256.HashData(bytes.AsSpan(0, length)), cancellationToken);
        try
        {
            var manifest = JsonSerializer.Deserialize<TransferManifest>(bytes.AsSpan(0, length), TransferJson.Options);
            return manifest switch
            {
                { Format: TransferManifest.Name, Version: TransferManifest.Current } => manifest,
                { Format: TransferManifest.Name, Version: var version } =>
                    throw new TransferException($"The archive has version {version} of the format; this release reads {TransferManifest.Current}."),
                _ => throw new TransferException("This is no export of a collection."),
            };
        }
        catch (JsonException ex)
        {
            throw new TransferException($"The archive is damaged: {entry.Path} is not the JSON that it should be.", ex);
        }
    }

    private static async Task NoteAsync(FileStream seen, string path, byte[] hash, CancellationToken cancellationToken)
    {
        var line = new TransferChecksum(path, Convert.ToHexStringLower(hash));
        await seen.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, TransferJson.Options), cancellationToken);
        await seen.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    private static async Task CompareAsync(ArchiveEntry entry, FileStream seen, CancellationToken cancellationToken)
    {
        seen.Position = 0;
        var (found, expected) = (new TransferLines(seen, entry.Path), new TransferLines(entry.Body, entry.Path));
        while (true)
        {
            var (one, other) = (await found.NextAsync<TransferChecksum>(cancellationToken),
                await expected.NextAsync<TransferChecksum>(cancellationToken));
            if (one is null && other is null)
            {
                return;
            }

            if (one != other)
            {
                var place = one?.Path == other?.Path ? $"{one!.Path} has another checksum" : $"{(one ?? other)!.Path} is missing or too much";
                throw new TransferException($"The archive is damaged: {place}.");
            }
        }
    }
}
