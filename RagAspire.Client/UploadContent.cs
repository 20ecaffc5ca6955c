using System.Net;

namespace RagAspire.Client;

/// <summary>Sends a stream piece by piece and tells how far it is.</summary>
internal sealed class UploadContent(FileUpload file) : HttpContent
{
    private const int PieceSize = 64 << 10;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var piece = new byte[PieceSize];
        var sent = 0L;
        while (await file.Content.ReadAsync(piece, cancellationToken) is var read and > 0)
        {
            await stream.WriteAsync(piece.AsMemory(0, read), cancellationToken);
            file.Sent?.Report(sent += read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = file.SizeBytes ?? 0;
        return file.SizeBytes is not null;
    }
}
