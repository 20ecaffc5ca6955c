using System.Diagnostics;

namespace RagAspire.Answers;

internal static class AnswerTelemetry
{
    public static ActivitySource Source { get; } = new("RagAspire.Answers");
}
