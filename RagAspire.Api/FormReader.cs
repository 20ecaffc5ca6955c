using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using RagAspire.Documents.Archives;
using RagAspire.Documents.Intake;

namespace RagAspire.Api;

/// <summary>
/// A multipart form, whose names of files are read as programs write them: in UTF-8 or Latin-1, percent-encoded
/// (<c>filename*</c>, RFC 5987), or in encoded words as in mails (RFC 2047).
/// </summary>
internal sealed partial class FormReader
{
    private readonly RecentBytes _body;
    private readonly MultipartReader _reader;

    public FormReader(string boundary, Stream body)
        : this(boundary, new RecentBytes(body))
    {
    }

    private FormReader(string boundary, RecentBytes body) => (_body, _reader) = (body, new MultipartReader(boundary, body));

    public Task<MultipartSection?> ReadNextSectionAsync(CancellationToken cancellationToken) =>
        _reader.ReadNextSectionAsync(cancellationToken);

    /// <summary>The name of the file in the section that was read last.</summary>
    public string NameOf(ContentDispositionHeaderValue disposition)
    {
        var given = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
        var name = HeaderUtilities.RemoveQuotes(given).Value ?? string.Empty;
        name = name.Contains('\uFFFD') && _body.Find(name) is { } bytes ? Encoding.Latin1.GetString(bytes) : name;
        return FileReceiver.CleanName(Decode(name));
    }

    private static string Decode(string name) =>
        EncodedWord().Replace(BetweenWords().Replace(name, "?==?"), word => Decode(word) ?? word.Value);

    /// <returns>Null where it is not encoded as it says.</returns>
    private static string? Decode(Match word)
    {
        try
        {
            var charset = word.Groups["charset"].Value;
            var encoding = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
            var text = word.Groups["text"].Value;
            return encoding.GetString(word.Groups["kind"].Value is "B" or "b" ? Convert.FromBase64String(text) : Quoted(text));
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static byte[] Quoted(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '=')
            {
                bytes.Add(Convert.FromHexString(text.AsSpan(at + 1, 2))[0]);
                at += 2;
            }
            else
            {
                bytes.Add((byte)(text[at] == '_' ? ' ' : text[at]));
            }
        }

        return [.. bytes];
    }

    [GeneratedRegex(@"=\?(?<charset>[\w-]+)(\*[\w-]*)?\?(?<kind>[BbQq])\?(?<text>[ -<>@-~=]*)\?=")]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?=\s+=\?")]
    private static partial Regex BetweenWords();

    /// <summary>
    /// Remembers what was read last. The reader of forms takes the lines above a file for UTF-8, and what they were is lost.
    /// </summary>
    private sealed class RecentBytes(Stream body) : AsyncStream
    {
        // More than the lines above one file and what is read ahead of them.
        private const int Kept = 1 << 15;

        private readonly byte[] _recent = new byte[2 * Kept];
        private int _length;

        /// <summary>The bytes that become this name when they are taken for UTF-8.</summary>
        /// <returns>Null when there are none.</returns>
        public byte[]? Find(string name)
        {
            const string start = "filename=";
            var rest = _recent.AsSpan(0, _length);
            while (rest.IndexOf(Encoding.ASCII.GetBytes(start)) is >= 0 and var found)
            {
                rest = rest[(found + start.Length)..];
                var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
                var value = (end < 0 ? rest : rest[..end]).Trim((byte)' ');
                value = value.StartsWith("\""u8) && value[1..].IndexOf((byte)'"') is >= 0 and var quote ? value.Slice(1, quote) : value;
                if (Encoding.UTF8.GetString(value) == name)
                {
                    return value.ToArray();
                }
            }

            return null;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await body.ReadAsync(buffer, cancellationToken);
            Keep(buffer.Span[..read]);
            return read;
        }

        private void Keep(ReadOnlySpan<byte> read)
        {
            read = read[Math.Max(0, read.Length - Kept)..];
            if (_length + read.Length > _recent.Length)
            {
                _recent.AsSpan(_length - Kept, Kept).CopyTo(_recent);
                _length = Kept;
            }

            read.CopyTo(_recent.AsSpan(_length));
            _length += read.Length;
        }
    }
}
