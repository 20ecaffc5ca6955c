using System.CommandLine;

namespace RagAspire.Worker.Commands;

/// <summary>Making, checking and restoring backups by hand.</summary>
internal static class BackupCommands
{
    public static IEnumerable<Command> Create() => [];
}
