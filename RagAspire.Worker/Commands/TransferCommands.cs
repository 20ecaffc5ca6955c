using System.CommandLine;
using RagAspire.Documents.Intake;
using RagAspire.Transfer;

namespace RagAspire.Worker.Commands;

/// <summary>The commands <c>export</c> and <c>import</c> of a collection.</summary>
internal static class TransferCommands
{
    private const long LargestFile = 2_000_000_000;

    public static IEnumerable<Command> Create() => [Export(), Import()];

    private static string Actor => $"command line ({Environment.UserName})";

    private static Command Export()
    {
        var collection = new Argument<string>("collection") { Description = "The name of the collection." };
        var file = new Argument<string>("file") { Description = "The archive to write; it must not exist." };
        var command = new Command("export", "Writes a collection with originals, chunks and vectors into a TAR.") { collection, file };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(collection),
            (host, name) => ExportAsync(host, name, parsed.GetRequiredValue(file), cancellationToken),
            cancellationToken));
        return command;
    }

    private static Command Import()
    {
        var file = new Argument<string>("file") { Description = "The archive of an export." };
        var into = new Option<string>("--into") { Description = "The name of the collection.", Required = true };
        var command = new Command(
            "import", "Takes in the export of a collection. It can be repeated, and completes one that was broken off.") { file, into };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(into),
            (host, name) => ImportAsync(host, name, parsed.GetRequiredValue(file), cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task ExportAsync(IHost host, string collection, string file, CancellationToken cancellationToken)
    {
        await using var archive = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
        try
        {
            await host.Services.GetRequiredService<CollectionExport>().WriteAsync(collection, archive, Actor, cancellationToken);
        }
        catch
        {
            File.Delete(file);
            throw;
        }

        Console.WriteLine($"{collection}: {archive.Length} bytes in {file}");
    }

    private static async Task ImportAsync(IHost host, string collection, string file, CancellationToken cancellationToken)
    {
        await using var archive = new FileStream(file, FileMode.Open, FileAccess.Read);
        var report = await host.Services.GetRequiredService<CollectionImport>().RunAsync(
            archive, new ImportTarget(collection, Actor, KeyId: null, LargestFile), cancellationToken);
        Console.WriteLine(
            $"{collection}: {report.Documents} documents, {report.Imported} imported, {report.Unchanged} unchanged, {report.Kept} kept, "
            + $"{report.Rejected} rejected; {report.Chunks} chunks, {report.Vectors} vectors; processed again: "
            + $"{report.ProcessedAgain} documents, embedded again: {report.EmbeddedAgain} chunks");
        foreach (var note in report.Notes)
        {
            Console.WriteLine($"  {note}");
        }
    }

    private static async Task<int> RunAsync(
        string collection, Func<IHost, string, Task> work, CancellationToken cancellationToken)
    {
        if (!CollectionName.IsValid(collection))
        {
            throw new CommandException(CollectionName.Rule, ExitCodes.Usage);
        }

        try
        {
            using var host = await CommandHost.CreateAsync(cancellationToken);
            await work(host, collection);
            return ExitCodes.Success;
        }
        catch (Exception ex) when (ex is TransferException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return ExitCodes.Failed;
        }
        catch (Npgsql.NpgsqlException ex)
        {
            await Console.Error.WriteLineAsync($"The database cannot be reached: {ex.Message}");
            return ExitCodes.Unreachable;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Cancelled. The next import completes what was begun.");
            return ExitCodes.Cancelled;
        }
    }
}
