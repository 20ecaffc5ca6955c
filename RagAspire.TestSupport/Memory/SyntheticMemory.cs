using RagAspire.Diagnosis.Memory;

namespace RagAspire.TestSupport.Memory;

/// <summary>The forms of memory that a benchmark and tests judge.</summary>
public enum MemoryShape
{
    /// <summary>Garbage collections: teeth of 10–60 MB, each one to five minutes long.</summary>
    Sawtooth,

    /// <summary>Teeth of a fifth of the heap at most, up to five minutes long.</summary>
    DeepSawtooth,

    /// <summary>A random walk that returns to its mean.</summary>
    Wandering,

    /// <summary>A sawtooth with one step up, such as a cache that is filled once.</summary>
    Step,

    /// <summary>A sawtooth on a wave of 10–40 minutes.</summary>
    Wave,
}

/// <summary>Memory of a service of 300–800 MB, sampled every 30 seconds for half an hour.</summary>
public sealed class SyntheticMemory(int seed)
{
    private const double Megabyte = 1e6;
    private const double Minutes = 30;
    private const double Step = .5;

    private readonly Random _random = new(seed);

    /// <param name="leak">Megabytes per minute.</param>
    public MemorySeries Next(MemoryShape shape, double leak)
    {
        var level = Between(300, 800);
        var noise = Between(.5, 3);
        var values = shape == MemoryShape.Wandering ? Wander()
            : Teeth(shape == MemoryShape.DeepSawtooth ? level * Between(.05, .2) : Between(10, 60));
        var (stepAt, height) = (Between(5, 25), Between(10, 100));
        var (phase, period, amplitude) = (Between(0, Math.Tau), Between(10, 40), Between(5, 60));
        var points = values.Select((value, i) =>
        {
            var minute = i * Step;
            value += level + (leak * minute) + (noise * Normal());
            value += shape switch
            {
                MemoryShape.Step when minute > stepAt => height,
                MemoryShape.Wave => amplitude * Math.Sin(phase + (minute / period * Math.Tau)),
                _ => 0,
            };
            return new MemoryPoint(DateTimeOffset.UnixEpoch.AddMinutes(minute), value * Megabyte);
        });
        return new MemorySeries([.. points]);
    }

    private double[] Teeth(double amplitude)
    {
        var period = Between(1, 5);
        var jitter = Between(0, .05) * amplitude;
        var next = Between(0, period);
        var (last, trough) = (next - period, jitter * Normal());
        var values = new double[(int)(Minutes / Step)];
        for (var i = 0; i < values.Length; i++)
        {
            var minute = i * Step;
            while (minute >= next)
            {
                (last, trough) = (next, jitter * Normal());
                next += period * Between(.8, 1.2);
            }

            values[i] = trough + (amplitude * (minute - last) / (next - last));
        }

        return values;
    }

    private double[] Wander()
    {
        var (memory, deviation) = (Between(.7, .98), Between(1, 8));
        var values = new double[(int)(Minutes / Step)];
        for (var i = 1; i < values.Length; i++)
        {
            values[i] = (memory * values[i - 1]) + (deviation * Normal());
        }

        return values;
    }

    private double Between(double low, double high) => low + ((high - low) * _random.NextDouble());

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(Math.Tau * _random.NextDouble());
}
