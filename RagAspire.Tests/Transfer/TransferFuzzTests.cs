using RagAspire.Database;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Fuzzing;
using RagAspire.Transfer;

namespace RagAspire.Tests.Transfer;

/// <summary>Exports that are nearly right, by a fixed seed, into one system.</summary>
public sealed class TransferFuzzTests(Stores stores)
{
    private const int Seed = 13;
    private const int Archives = 200;

    [Fact]
    public async Task An_archive_that_is_nearly_right_is_taken_in_or_refused_with_a_reason()
    {
        await using var rig = await TransferRig.StartAsync(stores);
        var taken = 0;
        var (notes, failures) = (new List<string>(), new List<string>());
        for (var number = 0; number < Archives; number++)
        {
            var archive = ExportValues.Write(new Random(HostileValues.Seed(Seed, number)), SmallFiles.All);
            try
            {
                var report = await rig.ImportAsync(archive);
                taken += report.Imported;
                notes.AddRange(report.Notes);
            }
            catch (Exception ex) when (ex is TransferException || Unavailability.IsUnstorableText(ex))
            {
                // The API says so with 400.
            }
            catch (Exception ex)
            {
                failures.Add($"{number}: {ex}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(10)));
        Assert.True(taken > Archives / 10, $"{taken}");
        Assert.Contains(notes, note => note.Contains("it has a version that no document has", StringComparison.Ordinal));
        Assert.All((await rig.DocumentsAsync()).Items, document => Assert.InRange(document.Version, 1, 2));
    }
}
