using System.Globalization;
using System.Security.Cryptography;
using RagAspire.Capacity.Forecasting;
using RagAspire.Ingestion.Chunking;

namespace RagAspire.Benchmarks.Extraction;

/// <summary>The files of one type, read and hashed round after round.</summary>
internal sealed class TypeRate(string contentType, List<BenchmarkFile> files, Chunker chunker)
{
    // Few small files are read again and again: for the clock of the operating system, and until the code is compiled.
    private static readonly TimeSpan LeastReading = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastHashing = TimeSpan.FromMilliseconds(200);

    private readonly double _megabytes = files.Sum(file => (double)file.Content.Length) / 1e6;
    private readonly List<double> _seconds = [];
    private readonly List<double> _hashingSeconds = [];
    private int _unreadable;

    /// <summary>Processor time is taken and not the time of the clock, which other programs on the machine lengthen.</summary>
    private static TimeSpan Used => Environment.CpuUsage.TotalTime;

    /// <param name="counts">False for a round in which the code is compiled.</param>
    public void Round(bool counts)
    {
        var seconds = SecondsOf(() => _unreadable = files.Count(file => !Read(file)), LeastReading);
        var hashing = SecondsOf(() => files.ForEach(file => SHA256.HashData(file.Content)), LeastHashing);
        if (counts)
        {
            _seconds.Add(seconds);
            _hashingSeconds.Add(hashing);
        }
    }

    /// <summary>A row of the table; medians of the rounds.</summary>
    public override string ToString()
    {
        var (seconds, hashing) = (Robust.Median([.. _seconds]), Robust.Median([.. _hashingSeconds]));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {contentType} | {files.Count} | {_unreadable} | {_megabytes * 1000:0} | {files.Count / seconds:0.0} | {_megabytes / seconds:0.00} "
            + $"| {_megabytes / hashing:0} | {seconds / hashing:0} |");
    }

    private static double SecondsOf(Action all, TimeSpan least)
    {
        var (startedAt, times) = (Used, 0);
        while (Used - startedAt < least)
        {
            all();
            times++;
        }

        return (Used - startedAt).TotalSeconds / times;
    }

    private bool Read(BenchmarkFile file)
    {
        try
        {
            return chunker.Chunk(FileReader.Read(contentType, file.Content)).Count > 0;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Parsers throw any exception for damaged files, which cost time all the same.
            return false;
        }
    }
}
