using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using RagAspire.Documents.Intake;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Documents;

/// <summary>Temporary files that killed processes leave.</summary>
public sealed class AbandonedFilesTests
{
    // Larger than any process id of Linux.
    private const int Ended = 4_194_305;

    [Fact]
    public void Old_files_of_ended_processes_are_removed_at_the_start_and_no_others()
    {
        using var folder = TestDirectory.Create("abandoned");
        string[] gone = [File(folder, $"ragaspire-{Guid.NewGuid():N}.{Ended}", 1)];
        string[] kept =
        [
            File(folder, $"ragaspire-{Guid.NewGuid():N}.{Ended}", 0),
            File(folder, string.Create(CultureInfo.InvariantCulture, $"ragaspire-{Guid.NewGuid():N}.1"), 1),
            File(folder, $"other-{Guid.NewGuid():N}.{Ended}", 1),
            File(folder, "ragaspire-notes.txt", 1),
        ];

        new AbandonedFiles(TimeProvider.System, NullLogger<AbandonedFiles>.Instance).Remove(folder.Path);

        Assert.All(gone, path => Assert.False(System.IO.File.Exists(path)));
        Assert.All(kept, path => Assert.True(System.IO.File.Exists(path)));
    }

    [Fact]
    public async Task A_file_without_a_name_can_be_written_and_read_and_is_in_no_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows deletes the file when it is closed.");

        await using var file = TemporaryFile.CreateUnnamed();
        file.Write("text"u8);
        file.Position = 0;

        Assert.Equal((byte)'t', file.ReadByte());
        Assert.False(System.IO.File.Exists(file.Name));
    }

    private static string File(TestDirectory folder, string name, int hours)
    {
        var path = Path.Combine(folder.Path, name);
        System.IO.File.WriteAllText(path, "x");
        System.IO.File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-hours));
        return path;
    }
}
