using System.Text;

namespace RagAspire.Benchmarks.Load;

/// <summary>Documents and questions of synthetic words, with the word frequencies of a natural language.</summary>
internal sealed class SyntheticText(int seed)
{
    private const string Consonants = "bdfgklmnprstvwxz";
    private const string Vowels = "aeiou";
    private const int SentencesPerParagraph = 6;
    private static readonly Zipf Words = new(20_000);
    private readonly Random _random = new(seed);
    private readonly HashSet<string> _asked = [];

    /// <param name="words">Of each; a chunk has about 150.</param>
    public List<LoadDocument> Documents(int count, int words) =>
        [.. Enumerable.Range(0, count).Select(number => new LoadDocument($"document-{number}.txt", Document(words)))];

    public string Document(int words)
    {
        var text = new StringBuilder();
        for (var (written, sentences) = (0, 1); written < words; sentences++)
        {
            var length = _random.Next(8, 20);
            var sentence = string.Join(' ', Enumerable.Range(0, length).Select(_ => Word()));
            text.Append(char.ToUpperInvariant(sentence[0])).Append(sentence, 1, sentence.Length - 1);
            text.Append(sentences % SentencesPerParagraph == 0 ? ".\n\n" : ". ");
            written += length;
        }

        return text.ToString();
    }

    /// <summary>A question that was not asked before, so that no cache has its answer.</summary>
    public string Question()
    {
        while (true)
        {
            var question = string.Join(' ', Enumerable.Range(0, _random.Next(3, 8)).Select(_ => Word()));
            if (_asked.Add(question))
            {
                return question;
            }
        }
    }

    private string Word()
    {
        var syllables = Consonants.Length * Vowels.Length;
        var word = new StringBuilder();
        for (var rest = Words.Draw(_random) + syllables; rest > 0; rest /= syllables)
        {
            word.Append(Consonants[rest % syllables / Vowels.Length]).Append(Vowels[rest % Vowels.Length]);
        }

        return word.ToString();
    }
}
