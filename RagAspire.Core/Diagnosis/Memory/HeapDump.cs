using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace RagAspire.Diagnosis.Memory;

/// <summary>
/// Dumps the managed heap of a .NET process of the same account: the runtime makes a full collection and reports each object
/// with its type as events.
/// </summary>
internal static class HeapDump
{
    private const int BufferMegabytes = 256;

    /// <returns>The types, largest first.</returns>
    /// <exception cref="IOException">The dump is larger than <paramref name="maxBytes"/>, or the process has ended.</exception>
    public static async Task<IReadOnlyList<HeapType>> WriteAsync(
        int processId, string path, long maxBytes, CancellationToken cancellationToken)
    {
        var client = new DiagnosticsClient(processId);
        await ForgetTypesAsync(client, cancellationToken);
        using var session = await client.StartEventPipeSessionAsync(
            [new EventPipeProvider(
                ClrTraceEventParser.ProviderName, EventLevel.Verbose, (long)ClrTraceEventParser.Keywords.GCHeapSnapshot)],
            requestRundown: false,
            BufferMegabytes,
            cancellationToken);
        await using var stop = cancellationToken.Register(session.Dispose);
        await using var file = File.Create(path);
        await using var stream = new CopyingStream(session.EventStream, file, maxBytes);
        var types = await Task.Run(() => Read(stream, session), CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return types;
    }

    /// <summary>Whether an exception says that no dump could be had.</summary>
    public static bool IsFailure(Exception exception) => exception
        is DiagnosticsClientException or IOException or UnauthorizedAccessException or TimeoutException or FormatException;

    /// <summary>A type is reported once for each process; a session of another provider makes the runtime report all
    /// again.</summary>
    private static async Task ForgetTypesAsync(DiagnosticsClient client, CancellationToken cancellationToken)
    {
        using var session = await client.StartEventPipeSessionAsync(
            [new EventPipeProvider("Microsoft-DotNETCore-SampleProfiler", EventLevel.Informational)], requestRundown: false, 16,
                cancellationToken);
        var drained = session.EventStream.CopyToAsync(Stream.Null, cancellationToken);
        await session.StopAsync(cancellationToken);
        await drained;
    }

    private static List<HeapType> Read(Stream stream, EventPipeSession session)
    {
        var names = new Dictionary<ulong, string>();
        var sums = new Dictionary<ulong, (long Bytes, long Objects)>();
        using var source = new EventPipeEventSource(stream);
        source.Clr.TypeBulkType += types =>
        {
            for (var i = 0; i < types.Count; i++)
            {
                var type = types.Values(i);
                names[type.TypeID] = type.TypeName;
            }
        };
        source.Clr.GCBulkNode += nodes =>
        {
            for (var i = 0; i < nodes.Count; i++)
            {
                var node = nodes.Values(i);
                var (bytes, objects) = sums.GetValueOrDefault(node.TypeID);
                sums[node.TypeID] = (bytes + (long)node.Size, objects + 1);
            }
        };

        // The collection that the session began is the only one that reports objects.
        source.Clr.GCStop += (GCEndTraceData _) =>
        {
            if (sums.Count > 0)
            {
                session.Stop();
            }
        };
        source.Process();
        return
        [
            .. sums.Select(pair => new HeapType(names.GetValueOrDefault(pair.Key, "?"), pair.Value.Bytes, pair.Value.Objects))
                .GroupBy(type => type.Name)
                .Select(same => new HeapType(same.Key, same.Sum(type => type.Bytes), same.Sum(type => type.Objects)))
                .OrderByDescending(type => type.Bytes),
        ];
    }

    /// <summary>Writes what is read to a file, too, up to a limit.</summary>
    private sealed class CopyingStream(Stream source, FileStream copy, long maxBytes) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = source.Read(buffer, offset, count);
            if (copy.Length + read > maxBytes)
            {
                throw new IOException($"The heap dump is larger than {MemoryText.Bytes(maxBytes)}.");
            }

            copy.Write(buffer, offset, read);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
