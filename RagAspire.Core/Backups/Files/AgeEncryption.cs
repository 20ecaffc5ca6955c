using CliWrap;
using Microsoft.Extensions.Options;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Files;

/// <summary>Encrypts backups with the program age for a public key, and decrypts them with the private key.</summary>
public sealed class AgeEncryption(IOptions<BackupOptions> options)
{
    /// <summary>The name in manifests, and the extension of encrypted files.</summary>
    public const string Name = "age";

    private readonly BackupOptions _options = options.Value;

    /// <summary>The encryption of new backups; null for none.</summary>
    public string? Current => string.IsNullOrWhiteSpace(_options.Recipient) ? null : Name;

    /// <summary>Whether a backup with this encryption can be decrypted here.</summary>
    public bool CanDecrypt(string? encryption) => encryption is null || !string.IsNullOrEmpty(_options.IdentityFile);

    /// <summary>A command whose output is the encrypted output of another one.</summary>
    internal Command Encrypt(Command command)
    {
        if (Current is null)
        {
            return command;
        }

        var recipient = _options.Recipient!;
        var option = File.Exists(recipient) ? "--recipients-file" : "--recipient";
        return ToolCommand.Create(Name, ["--encrypt", option, recipient]).WithStandardInputPipe(ToolCommand.OutputOf(command));
    }

    /// <summary>The decrypted contents of a pipe.</summary>
    /// <exception cref="MaintenanceException">The private key is not configured, or its file does not exist.</exception>
    internal PipeSource Decrypt(string? encryption, PipeSource source) => encryption is null
        ? source
        : ToolCommand.OutputOf(
            ToolCommand.Create(Name, ["--decrypt", "--identity", IdentityFile()]).WithStandardInputPipe(source));

    private string IdentityFile() => _options.IdentityFile switch
    {
        null or "" => throw new MaintenanceException(
            "The backup is encrypted: set Backups:IdentityFile to the file with the private key."),
        var file when !File.Exists(file) =>
            throw new MaintenanceException($"The file with the private key does not exist: {file}"),
        var file => file,
    };
}
