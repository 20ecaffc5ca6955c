using System.Buffers.Binary;
using System.Text;
using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats.Outlook;

/// <summary>
/// A file of files in sectors (MS-CFB). Chains that run in circles end, and streams that share sectors may not make much more
/// than the file itself.
/// </summary>
internal sealed class CompoundFile
{
    private const int HeaderFats = 109;
    private const uint LastSector = 0xFFFFFFFA;
    private const int ReadingFactor = 4;

    private readonly byte[] _file;
    private readonly int _shift;
    private readonly int _miniShift;
    private readonly uint _miniLimit;
    private readonly uint[] _next;
    private readonly uint[] _nextMini;
    private readonly byte[] _directory;
    private readonly byte[] _miniSectors;
    private long _left;

    public CompoundFile(byte[] file)
    {
        if (file.Length < 512)
        {
            throw new InvalidDataException("The header is cut off.");
        }

        _file = file;
        _left = ((long)file.Length * ReadingFactor) + (1 << 20);
        _shift = Math.Clamp((int)BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(30)), 7, 16);
        _miniShift = Math.Clamp((int)BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(32)), 4, _shift);
        _miniLimit = Number(56);
        _next = Numbers(Fats());
        _nextMini = Numbers(Chain(Number(60)));
        _directory = Join(Chain(Number(48)));
        _miniSectors = EntryCount > 0 ? Join(Chain(EntryNumber(0, 116))) : [];
    }

    public CompoundEntry Root => new(this, 0);

    private int EntryCount => _directory.Length / 128;

    internal string NameOf(int entry)
    {
        var bytes = _directory.AsSpan(entry * 128, 128);
        var length = Math.Clamp(BinaryPrimitives.ReadUInt16LittleEndian(bytes[64..]) - 2, 0, 62);
        return Encoding.Unicode.GetString(bytes[..length]);
    }

    internal bool IsStorage(int entry) => _directory[(entry * 128) + 66] is 1 or 5;

    internal IEnumerable<int> ChildrenOf(int entry)
    {
        var seen = new HashSet<uint>();
        var open = new Stack<uint>();
        open.Push(EntryNumber(entry, 76));
        while (open.TryPop(out var child))
        {
            if (child < EntryCount && seen.Add(child))
            {
                yield return (int)child;
                open.Push(EntryNumber((int)child, 68));
                open.Push(EntryNumber((int)child, 72));
            }
        }
    }

    internal byte[] Read(int entry)
    {
        var size = (int)Math.Min(EntryNumber(entry, 120), (uint)_file.Length);
        _left -= size;
        if (_left < 0)
        {
            throw new UnreadableDocumentException(Reasons.Damaged);
        }

        var start = EntryNumber(entry, 116);
        var content = size < _miniLimit ? JoinMini(start, size) : Join(Chain(start), size);
        return content.Length > size ? content[..size] : content;
    }

    private uint Number(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(offset));

    private uint EntryNumber(int entry, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(_directory.AsSpan((entry * 128) + offset));

    private ReadOnlySpan<byte> Sector(uint number)
    {
        var start = ((long)number + 1) << _shift;
        return start >= _file.Length ? [] : _file.AsSpan((int)start, (int)Math.Min(1 << _shift, _file.Length - start));
    }

    /// <summary>The sectors of the table of sectors.</summary>
    private List<uint> Fats()
    {
        var fats = new List<uint>();
        var most = _file.Length >> _shift;
        for (var index = 0; index < HeaderFats && fats.Count < most; index++)
        {
            if (Number(76 + (index * 4)) is < LastSector and var fat)
            {
                fats.Add(fat);
            }
        }

        var more = Number(68);
        for (var left = most; left > 0 && more < LastSector && Sector(more) is { Length: > 4 } list; left--)
        {
            for (var offset = 0; offset + 8 <= list.Length && fats.Count < most; offset += 4)
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(list[offset..]) is < LastSector and var fat)
                {
                    fats.Add(fat);
                }
            }

            more = BinaryPrimitives.ReadUInt32LittleEndian(list[^4..]);
        }

        return fats;
    }

    private List<uint> Chain(uint start)
    {
        var sectors = new List<uint>();
        for (var sector = start; sector < _next.Length && sectors.Count <= _file.Length >> _shift; sector = _next[sector])
        {
            sectors.Add(sector);
        }

        return sectors;
    }

    private uint[] Numbers(List<uint> sectors)
    {
        var bytes = Join(sectors);
        var numbers = new uint[bytes.Length / 4];
        for (var index = 0; index < numbers.Length; index++)
        {
            numbers[index] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(index * 4));
        }

        return numbers;
    }

    private byte[] Join(List<uint> sectors, int size = int.MaxValue)
    {
        using var joined = new MemoryStream();
        foreach (var sector in sectors)
        {
            if (joined.Length >= size)
            {
                break;
            }

            joined.Write(Sector(sector));
        }

        return joined.ToArray();
    }

    private byte[] JoinMini(uint start, int size)
    {
        using var joined = new MemoryStream();
        for (var sector = start; sector < _nextMini.Length && joined.Length < size; sector = _nextMini[sector])
        {
            var at = (long)sector << _miniShift;
            if (at >= _miniSectors.Length)
            {
                break;
            }

            joined.Write(_miniSectors.AsSpan((int)at, (int)Math.Min(1 << _miniShift, _miniSectors.Length - at)));
        }

        return joined.ToArray();
    }
}

/// <summary>A folder or a file inside.</summary>
internal readonly record struct CompoundEntry(CompoundFile File, int Number)
{
    public string Name => File.NameOf(Number);

    public IEnumerable<CompoundEntry> Children
    {
        get
        {
            var file = File;
            return file.ChildrenOf(Number).Select(child => new CompoundEntry(file, child));
        }
    }

    public IEnumerable<CompoundEntry> Folders
    {
        get
        {
            var file = File;
            return Children.Where(child => file.IsStorage(child.Number));
        }
    }

    /// <returns>Null when there is no such file.</returns>
    public byte[]? Read(string name)
    {
        var file = File;
        foreach (var child in Children)
        {
            if (!file.IsStorage(child.Number) && child.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return file.Read(child.Number);
            }
        }

        return null;
    }
}
