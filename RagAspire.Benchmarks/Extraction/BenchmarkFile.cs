using RagAspire.Extraction;

namespace RagAspire.Benchmarks.Extraction;

/// <summary>A file in memory, and what its bytes say that it is.</summary>
internal sealed record BenchmarkFile(string Path, byte[] Content, DocumentType Type)
{
    /// <summary>The files below a folder that can be read, in the order of their names.</summary>
    public static async Task<List<BenchmarkFile>> InAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new List<BenchmarkFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var content = await File.ReadAllBytesAsync(path, cancellationToken);
            using var stream = new MemoryStream(content);
            var type = await DocumentType.DetectAsync(stream, System.IO.Path.GetFileName(path), cancellationToken);
            if (type.IsSupported && !type.ContentType.StartsWith("image/", StringComparison.Ordinal))
            {
                files.Add(new BenchmarkFile(path, content, type));
            }
        }

        return files;
    }
}
