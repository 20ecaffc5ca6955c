using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RagAspire.Diagnosis.Causes;

/// <summary>
/// The series of one instrument, found by the tags of a recording as they are: each request makes a dozen recordings, and to make
/// text of their tags each time would cost more than to measure.
/// </summary>
/// <param name="seriesOf">Finds or makes the series of some labels; null when there are too many.</param>
internal sealed class InstrumentSeries(Instrument instrument, Func<IReadOnlyDictionary<string, string>, MeterSeries?> seriesOf)
{
    private readonly ConcurrentDictionary<int, Known> _known = [];
    private readonly bool _isHistogram = IsHistogram(instrument);
    private readonly bool _isLevel = instrument is UpDownCounter<long> or UpDownCounter<int>;

    public static bool IsHistogram(Instrument instrument) => instrument is Histogram<double> or Histogram<long> or Histogram<int>;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Of(tags) is not { } series)
        {
            return;
        }

        if (_isHistogram)
        {
            series.Record(value);
        }
        else if (_isLevel)
        {
            series.Change(value);
        }
        else
        {
            series.Add(value);
        }
    }

    private MeterSeries? Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var (label, value) in tags)
        {
            hash.Add(label);
            hash.Add(value);
        }

        var place = hash.ToHashCode();
        if (_known.TryGetValue(place, out var known) && AreSame(known.Tags, tags))
        {
            return known.Series;
        }

        var series = seriesOf(
            tags.ToArray().ToDictionary(tag => tag.Key.Replace('.', '_'), tag => $"{tag.Value}", StringComparer.Ordinal));
        if (series is not null)
        {
            _known[place] = new Known(tags.ToArray(), series);
        }

        return series;
    }

    private static bool AreSame(KeyValuePair<string, object?>[] known, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (known.Length != tags.Length)
        {
            return false;
        }

        for (var i = 0; i < known.Length; i++)
        {
            if (known[i].Key != tags[i].Key || !Equals(known[i].Value, tags[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Known(KeyValuePair<string, object?>[] Tags, MeterSeries Series);
}
