using Microsoft.Extensions.Options;
using RagAspire.Backups.Files;

namespace RagAspire.Backups.Dumps;

/// <summary>Which way of dumping is taken, and which one an older backup was made by.</summary>
public sealed class DumpChoice(ToolDump tool, CopyDump copy, IOptions<BackupOptions> options)
{
    /// <summary>By the options, and by what is installed.</summary>
    public async Task<IDump> ForAsync(string serverVersion, CancellationToken cancellationToken) => options.Value.Method switch
    {
        BackupMethod.PgDump => tool,
        BackupMethod.Copy => copy,
        _ => await tool.FindAsync(serverVersion, cancellationToken) is null ? copy : tool,
    };

    public IDump For(BackupManifest manifest) => new IDump[] { tool, copy }.FirstOrDefault(dump => dump.Method == manifest.Method)
        ?? throw new DamagedBackupException($"The backup was made by '{manifest.Method}', which is not known here.");
}
