using System.Buffers;
using System.Text.Json;

namespace RagAspire.Transfer;

/// <summary>Reads lines of JSON, of which none can take much memory.</summary>
internal sealed class TransferLines(Stream body, string path)
{
    private const int MaxLineBytes = 4 << 20;

    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _from;
    private int _until;
    private int _number;

    /// <returns>Null at the end.</returns>
    /// <exception cref="TransferException">A line is too long, or is not what it should be.</exception>
    public async Task<T?> NextAsync<T>(CancellationToken cancellationToken)
        where T : class
    {
        _line.ResetWrittenCount();
        _number++;
        while (true)
        {
            if (_from == _until)
            {
                (_from, _until) = (0, await body.ReadAsync(_buffer, cancellationToken));
                if (_until == 0)
                {
                    return _line.WrittenCount == 0 ? null : throw Broken("it ends in the middle of a line");
                }
            }

            var rest = _buffer.AsMemory(_from, _until - _from);
            var end = rest.Span.IndexOf((byte)'\n');
            var part = end < 0 ? rest : rest[..end];
            if (_line.WrittenCount + part.Length > MaxLineBytes)
            {
                throw Broken($"it is longer than {MaxLineBytes >> 20} MiB");
            }

            _line.Write(part.Span);
            _from += end < 0 ? part.Length : part.Length + 1;
            if (end >= 0)
            {
                return Parse<T>();
            }
        }
    }

    private T Parse<T>()
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(_line.WrittenSpan, TransferJson.Options) ?? throw Broken("it is null");
        }
        catch (JsonException ex)
        {
            throw Broken("it is not the JSON that it should be", ex);
        }
    }

    private TransferException Broken(string reason, Exception? inner = null) =>
        new($"The archive is damaged: {path}, line {_number}: {reason}.", inner);
}
