using RagAspire.Diagnosis;

namespace RagAspire.Tests.Diagnosis;

/// <summary>Figures as <c>name (of): value of limit</c>.</summary>
internal static class FigureLines
{
    public static IReadOnlyList<string> Of(FigureSheet figures) =>
        [.. figures.Read().Select(
            figure => $"{figure.Name} ({figure.Of}): {figure.Show(figure.Value)} of {figure.Show(figure.Limit)}")];
}
