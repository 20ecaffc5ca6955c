using System.Runtime.InteropServices;

namespace RagAspire.Extractor;

/// <summary>
/// A file that was received over the pipe, outside the managed heap, whose limit is for what the parsers make of it. The
/// sandbox has no access to the file itself.
/// </summary>
internal sealed class ReceivedFile : UnmanagedMemoryStream
{
    private readonly Memory _memory;

    private ReceivedFile(Memory memory, long length)
        : base(memory, 0, length, FileAccess.ReadWrite) => _memory = memory;

    /// <returns>Null when the pipe was closed before the end of the file.</returns>
    public static async Task<ReceivedFile?> ReceiveAsync(Stream pipe, long length, CancellationToken cancellationToken)
    {
        var file = new ReceivedFile(new Memory(length), length);
        var buffer = new byte[1 << 16];
        while (file.Position < length)
        {
            var wanted = (int)Math.Min(buffer.Length, length - file.Position);
            var count = await pipe.ReadAsync(buffer.AsMemory(0, wanted), cancellationToken);
            if (count == 0)
            {
                await file.DisposeAsync();
                return null;
            }

            file.Write(buffer.AsSpan(0, count));
        }

        file.Position = 0;
        return file;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _memory.Dispose();
    }

    private sealed class Memory : SafeBuffer
    {
        public Memory(long length)
            : base(ownsHandle: true)
        {
            SetHandle(Marshal.AllocHGlobal((nint)Math.Max(1, length)));
            Initialize((ulong)Math.Max(1, length));
        }

        protected override bool ReleaseHandle()
        {
            Marshal.FreeHGlobal(handle);
            return true;
        }
    }
}
