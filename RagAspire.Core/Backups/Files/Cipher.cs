using Microsoft.Extensions.Options;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Files;

/// <summary>Encrypts and decrypts streams by age or gpg with a key that is kept elsewhere.</summary>
public sealed class Cipher(IOptions<BackupOptions> options)
{
    private readonly BackupOptions _options = options.Value;

    /// <summary>What new backups are encrypted with; null for nothing.</summary>
    public string? Current => _options.Encryption == BackupCipher.None ? null : _options.Encryption.ToString().ToLowerInvariant();

    /// <summary>Whether what was encrypted so can be read here.</summary>
    public bool CanRead(string? encryption) => encryption switch
    {
        null => true,
        "gpg" => true,
        _ => !string.IsNullOrEmpty(_options.IdentityFile),
    };

    /// <summary>Lets somebody write, and writes what comes of it to the target.</summary>
    public async Task EncryptAsync(Func<Stream, Task> write, Stream target, CancellationToken cancellationToken)
    {
        if (Current is null)
        {
            await write(target);
            return;
        }

        var recipient = _options.Recipient!;
        var isFile = File.Exists(recipient);
        string[] arguments = _options.Encryption == BackupCipher.Age
            ? ["--encrypt", isFile ? "--recipients-file" : "--recipient", recipient]
            : [
                "--batch", "--yes", "--no-tty", "--quiet", "--trust-model", "always", "--compress-algo", "none",
                isFile ? "--recipient-file" : "--recipient", recipient, "--output", "-", "--encrypt",
            ];
        await ToolProcess.RunAsync(
            new ToolCall(Current, arguments), write, stream => stream.CopyToAsync(target, cancellationToken), cancellationToken);
    }

    /// <summary>Lets somebody read what the encrypted source holds.</summary>
    /// <exception cref="MaintenanceException">There is no key for it here.</exception>
    public async Task DecryptAsync(string? encryption, Stream source, Func<Stream, Task> read, CancellationToken cancellationToken)
    {
        switch (encryption)
        {
            case null:
                await read(source);
                break;
            case "age":
                await RunAsync(new ToolCall("age", ["--decrypt", "--identity", Identity()]), source, read, cancellationToken);
                break;
            case "gpg":
                await DecryptByGpgAsync(source, read, cancellationToken);
                break;
            default:
                throw new DamagedBackupException($"The backup is encrypted by '{encryption}', which is not known here.");
        }
    }

    // The private key of a file goes into a keyring that lives as long as this call.
    private async Task DecryptByGpgAsync(Stream source, Func<Stream, Task> read, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(_options.IdentityFile))
        {
            await RunAsync(Gpg([]), source, read, cancellationToken);
            return;
        }

        var keyring = Directory.CreateTempSubdirectory("ragaspire-keys-");
        try
        {
            await ToolProcess.RunAsync(
                new ToolCall("gpg", ["--homedir", keyring.FullName, "--batch", "--no-tty", "--quiet", "--import", Identity()]), null, null, cancellationToken);
            await RunAsync(Gpg(["--homedir", keyring.FullName]), source, read, cancellationToken);
        }
        finally
        {
            await ToolProcess.RunAsync(new ToolCall("gpgconf", ["--homedir", keyring.FullName, "--kill", "all"]), null, null, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            keyring.Delete(recursive: true);
        }
    }

    private static ToolCall Gpg(string[] home) => new("gpg", [.. home, "--batch", "--no-tty", "--quiet", "--output", "-", "--decrypt"]);

    private static Task RunAsync(ToolCall call, Stream source, Func<Stream, Task> read, CancellationToken cancellationToken) =>
        ToolProcess.RunAsync(
            call,
            input => source.CopyToAsync(input, cancellationToken),
            async output =>
            {
                await read(output);

                // Who has seen enough leaves the rest, on which the program would wait for ever.
                await output.CopyToAsync(Stream.Null, cancellationToken);
            },
            cancellationToken);

    private string Identity() => _options.IdentityFile is { Length: > 0 } file
        ? File.Exists(file) ? file : throw new MaintenanceException($"The private key {file} is not there.")
        : throw new MaintenanceException("The backup is encrypted: set Backups:IdentityFile to the file with the private key.");
}
