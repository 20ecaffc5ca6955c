using System.Buffers;
using System.Text;

namespace RagAspire.Vectors.Boxed;

/// <summary>One field of a message in the wire format of Protocol Buffers.</summary>
internal readonly ref struct WireField(int number, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> content, ulong value)
{
    public int Number { get; } = number;

    /// <summary>Its bytes with the tag, to be copied as they are.</summary>
    public ReadOnlySpan<byte> Whole { get; } = whole;

    /// <summary>The bytes of a string, of bytes or of a message; empty for other types.</summary>
    public ReadOnlySpan<byte> Content { get; } = content;

    /// <summary>Of a whole number; 0 for other types.</summary>
    public ulong Value { get; } = value;

    public string Text => Encoding.UTF8.GetString(Content);
}

/// <summary>Reads the fields of a message one after the other, without copying.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public WireField Current { get; private set; }

    public readonly WireReader GetEnumerator() => this;

    /// <exception cref="InvalidDataException">The bytes are no message.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var rest = _rest;
        var tag = ReadNumber(ref rest);
        var content = ReadOnlySpan<byte>.Empty;
        var value = 0UL;
        switch (tag & 7)
        {
            case 0:
                value = ReadNumber(ref rest);
                break;
            case 1:
                rest = rest[8..];
                break;
            case 2:
                var length = checked((int)ReadNumber(ref rest));
                content = rest[..length];
                rest = rest[length..];
                break;
            case 5:
                rest = rest[4..];
                break;
            default:
                throw new InvalidDataException($"Unknown type {tag & 7} of a field.");
        }

        Current = new WireField((int)(tag >> 3), _rest[..(_rest.Length - rest.Length)], content, value);
        _rest = rest;
        return true;
    }

    private static ulong ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        var number = 0UL;
        for (var i = 0; ; i++)
        {
            number |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return number;
            }
        }
    }
}

/// <summary>Writes a message.</summary>
internal sealed class WireWriter(int capacity = 256)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(capacity);

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Copy(ReadOnlySpan<byte> field) => _bytes.Write(field);

    public WireWriter Number(int field, ulong value)
    {
        WriteNumber((ulong)field << 3);
        WriteNumber(value);
        return this;
    }

    public WireWriter Bytes(int field, ReadOnlySpan<byte> content)
    {
        Header(field, content.Length);
        _bytes.Write(content);
        return this;
    }

    /// <summary>What stands before the content of a field of bytes.</summary>
    public void Header(int field, int length)
    {
        WriteNumber(((ulong)field << 3) | 2);
        WriteNumber((ulong)length);
    }

    public WireWriter Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private void WriteNumber(ulong number)
    {
        Span<byte> bytes = stackalloc byte[10];
        var length = 0;
        for (; number >= 0x80; number >>= 7)
        {
            bytes[length++] = (byte)(number | 0x80);
        }

        bytes[length++] = (byte)number;
        _bytes.Write(bytes[..length]);
    }
}
