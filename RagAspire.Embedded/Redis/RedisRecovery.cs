namespace RagAspire.Embedded.Redis;

/// <summary>
/// Marks that Garnet is reading its files. A damaged file can end the process in the middle of that, where nothing can
/// catch it; the next start sees the mark and does not try the same file again.
/// </summary>
internal sealed class RedisRecovery : IDisposable
{
    private readonly string _mark;

    private RedisRecovery(string mark) => _mark = mark;

    public static RedisRecovery Begin(string folder)
    {
        var mark = folder + ".recovering";
        if (File.Exists(mark) && Directory.Exists(folder))
        {
            var damaged = folder + ".damaged";
            if (Directory.Exists(damaged))
            {
                Directory.Delete(damaged, recursive: true);
            }

            Directory.Move(folder, damaged);
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(mark, "");
        return new RedisRecovery(mark);
    }

    public void Dispose() => File.Delete(_mark);
}
