namespace RagAspire.Sync;

/// <summary>Paths are stored as text.</summary>
internal static class SourcePaths
{
    private const int Longest = 2000;

    public static bool AreStorable(string path)
    {
        for (var at = 0; at < path.Length; at++)
        {
            if (path[at] is '\0' or '\uFFFD' || (char.IsSurrogate(path[at]) && !char.IsSurrogatePair(path, at++)))
            {
                return false;
            }
        }

        return path.Length is > 0 and <= Longest;
    }
}
