using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace RagAspire.Documents.Archives;

/// <summary>TAR archives: ustar, with the long names of GNU and the extended headers of POSIX.</summary>
internal static class TarEntries
{
    public const int BlockBytes = 512;

    /// <summary>Of a long name or an extended header. The library of the platform takes whatever an archive claims.</summary>
    private const int MaxHeaderBytes = 1 << 14;

    public static bool IsOne(ReadOnlySpan<byte> start) => start.Length >= BlockBytes && HasChecksum(start[..BlockBytes]);

    public static async IAsyncEnumerable<ArchiveEntry> ReadAsync(
        ArchiveInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? path = null;
        long? size = null;
        while (await HeaderAsync(input, cancellationToken) is { } header)
        {
            switch (header.Kind)
            {
                case 'L':
                    path = Text((await LongAsync(input, header, cancellationToken)).Span);
                    continue;
                case 'x':
                    var extended = await LongAsync(input, header, cancellationToken);
                    path = Extended(extended.Span, "path") ?? path;
                    size = long.TryParse(Extended(extended.Span, "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                        ? bytes : size;
                    continue;
                default:
                    break;
            }

            var name = path ?? header.Path;
            var length = size ?? header.Size;
            (path, size) = (null, null);
            var body = new PartStream(input, length, name);
            if (header.Kind is '0' or '\0' or '7')
            {
                yield return new ArchiveEntry(name, body);
            }
            else if (header.Kind is not ('5' or 'g' or 'K'))
            {
                yield return new ArchiveEntry(name, body, "It is a link or a device, and no file.");
            }

            await body.SkipAsync(cancellationToken);
            await input.TakeAsync(Padding(length), $"'{name}'", cancellationToken);
        }
    }

    /// <returns>Null at the end.</returns>
    private static async Task<Header?> HeaderAsync(ArchiveInput input, CancellationToken cancellationToken)
    {
        await input.FillAsync(BlockBytes, cancellationToken);
        if (input.Buffered.IsEmpty)
        {
            return null;
        }

        var offset = input.Offset;
        var block = (await input.TakeAsync(BlockBytes, "a header", cancellationToken)).Span;
        if (!block.ContainsAnyExcept((byte)0))
        {
            return null;
        }

        var size = Number(block.Slice(124, 12));
        if (!HasChecksum(block) || size < 0)
        {
            throw new ArchiveException($"The archive is damaged: there is no header at byte {offset}.");
        }

        var name = Text(block[..100]);
        var prefix = block.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(block.Slice(345, 155)) : "";
        return new Header((char)block[156], prefix.Length > 0 ? $"{prefix}/{name}" : name, size);
    }

    private static async Task<ReadOnlyMemory<byte>> LongAsync(
        ArchiveInput input, Header header, CancellationToken cancellationToken)
    {
        if (header.Size > MaxHeaderBytes)
        {
            throw new ArchiveException($"The archive is damaged: a name at byte {input.Offset} has {header.Size} bytes.");
        }

        var text = await input.TakeAsync((int)header.Size + Padding(header.Size), "a name", cancellationToken);
        return text[..(int)header.Size];
    }

    /// <summary>The value of a record "length key=value\n".</summary>
    private static string? Extended(ReadOnlySpan<byte> records, string key)
    {
        string? found = null;
        while (records.IndexOf((byte)' ') is > 0 and var space
            && int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && length > space + 1 && length <= records.Length)
        {
            var record = Encoding.UTF8.GetString(records[(space + 1)..(length - 1)]);
            found = record.StartsWith($"{key}=", StringComparison.Ordinal) ? record[(key.Length + 1)..] : found;
            records = records[length..];
        }

        return found;
    }

    private static bool HasChecksum(ReadOnlySpan<byte> block)
    {
        var sum = 8 * ' ';
        for (var i = 0; i < BlockBytes; i++)
        {
            sum += i is >= 148 and < 156 ? 0 : block[i];
        }

        return Number(block.Slice(148, 8)) == sum;
    }

    /// <summary>An octal number, or a binary one where it would be too long; -1 for none.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            var value = (long)(field[0] & 0x7F);
            foreach (var part in field[1..])
            {
                if (value > long.MaxValue >> 9)
                {
                    return -1;
                }

                value = (value << 8) | part;
            }

            return value;
        }

        var number = 0L;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return -1;
            }

            number = (number << 3) | (uint)(digit - '0');
        }

        return number;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static int Padding(long size) => (int)((BlockBytes - (size % BlockBytes)) % BlockBytes);

    private sealed record Header(char Kind, string Path, long Size);
}
