namespace RagAspire.TestSupport.Retrieval;

/// <summary>
/// How well chunks match the passages that answer a question, by their characters, as Chroma's evaluation of chunking has it.
/// </summary>
/// <param name="Recall">The share of the passages that the found chunks hold.</param>
/// <param name="Precision">The share of the found chunks that is of the passages. What two chunks repeat is read twice.</param>
/// <param name="Iou">Intersection over union: what was found of the passages, of the found and the missed together.</param>
/// <param name="PrecisionOmega">The precision of a search that finds each chunk with a part of a passage, and no other.</param>
public sealed record PassageQuality(double Recall, double Precision, double Iou, double PrecisionOmega)
{
    /// <param name="passages">What answers the question; not empty.</param>
    /// <param name="found">The chunks that were found.</param>
    /// <param name="all">All chunks.</param>
    public static PassageQuality Measure(
        IReadOnlyCollection<TextRange> passages, IReadOnlyCollection<TextRange> found, IEnumerable<TextRange> all)
    {
        var (wanted, hit) = (TextRange.Covered(passages), Common(passages, found));
        var read = found.Sum(chunk => chunk.Length);
        var best = all.Where(chunk => passages.Any(passage => passage.Common(chunk).Length > 0)).ToList();
        var bestHit = Common(passages, best);
        return new PassageQuality(
            (double)hit / wanted,
            Ratio(hit, read),
            Ratio(hit, read + wanted - hit),
            Ratio(bestHit, TextRange.Covered(best) + wanted - bestHit));
    }

    public static PassageQuality Mean(IReadOnlyCollection<PassageQuality> questions) => new(
        questions.Average(one => one.Recall),
        questions.Average(one => one.Precision),
        questions.Average(one => one.Iou),
        questions.Average(one => one.PrecisionOmega));

    private static int Common(IReadOnlyCollection<TextRange> passages, IReadOnlyCollection<TextRange> chunks) =>
        TextRange.Covered(passages.SelectMany(passage => chunks.Select(passage.Common)).Where(common => common.Length > 0));

    private static double Ratio(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
