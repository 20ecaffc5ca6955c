namespace RagAspire;

/// <summary>
/// Keeps what was computed of words, because texts repeat their words. A word takes the place of another one with the same hash,
/// and long ones are computed each time, so the memory is bounded. Safe to use from many threads.
/// </summary>
/// <param name="size">How many words it holds at most; a power of two.</param>
/// <param name="compute">Gives the same for the same word each time.</param>
internal sealed class WordTable<T>(int size, WordTable<T>.Computation compute)
{
    private const int LongestKept = 32;

    private readonly Entry?[] _entries = new Entry?[size];

    public delegate T Computation(ReadOnlySpan<char> word);

    public T Get(ReadOnlySpan<char> word)
    {
        var place = string.GetHashCode(word, StringComparison.Ordinal) & (_entries.Length - 1);
        if (Volatile.Read(ref _entries[place]) is { } kept && word.SequenceEqual(kept.Word))
        {
            return kept.Value;
        }

        var value = compute(word);
        if (word.Length <= LongestKept)
        {
            Volatile.Write(ref _entries[place], new Entry(word.ToString(), value));
        }

        return value;
    }

    private sealed record Entry(string Word, T Value);
}
