namespace RagAspire.Embedded.Redis;

/// <summary>
/// Marks that Garnet is reading its files. A damaged file can end the process while it is read, which no exception handler
/// can prevent; the next start finds the mark and moves the files away.
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

        CreatePrivate(folder);
        File.WriteAllText(mark, "");
        return new RedisRecovery(mark);
    }

    // The cache holds answers and chunks of documents.
    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => File.Delete(_mark);
}
