using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using RagAspire.Backups;
using RagAspire.Backups.Files;
using RagAspire.Backups.Signing;
using RagAspire.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>Backups that are signed with a private key, and machines that have the public one only.</summary>
public sealed class KeyPairTests(Stores stores)
{
    private readonly KeyPair _pair = KeyPair.New();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_with_the_public_key_verifies_and_restores_and_cannot_make_a_backup()
    {
        await using var maker = await MakerAsync(_pair.PrivatePem);
        await maker.SeedAsync(3);
        var manifest = await maker.BackUpAsync();
        var file = Path.Combine(maker.DataDirectory, "public.pem");
        System.IO.Directory.CreateDirectory(maker.DataDirectory);
        await File.WriteAllTextAsync(file, _pair.PublicPem, Token);
        await using var reader = await ReaderAsync(maker, file);

        Assert.True((await maker.VerifyAsync(manifest.Id)).IsGood);
        Assert.True((await reader.Get<BackupVerifier>().CheckAsync(manifest.Id, Token)).IsGood);
        var into = await stores.CreateDatabaseAsync();
        await reader.RestoreAsync(manifest.Id, into);
        Assert.Equal(await Sql.AllAsync(maker.Database), await Sql.AllAsync(into));

        var failure = await Assert.ThrowsAsync<MaintenanceException>(reader.BackUpAsync);
        Assert.Contains("has only public keys", failure.Message, StringComparison.Ordinal);
        Assert.Single(System.IO.Directory.GetDirectories(maker.Directory));
        Assert.False(File.Exists(Path.Combine(reader.DataDirectory, "backup-signing-key")));
    }

    [Fact]
    public async Task A_backup_that_was_changed_or_signed_otherwise_is_refused_by_the_public_key()
    {
        await using var maker = await MakerAsync(_pair.PrivatePem);
        var manifest = await maker.BackUpAsync();
        await using var reader = await ReaderAsync(maker, _pair.PublicPem);
        var genuine = await File.ReadAllBytesAsync(maker.PathOf(manifest.Id, ManifestSignature.FileName), Token);

        // The keys that a forger has: one of another pair, and the public key taken for a secret.
        await maker.RewriteAsync(manifest with { Tables = [.. manifest.Tables.Skip(1)] });
        await RefusedAsync(maker, reader, manifest.Id, "changed after it was signed");
        await RefusedAsync(maker, reader, manifest.Id, "malformed", Line("ed25519", manifest.SigningKey!, new byte[31]));
        await RefusedAsync(maker, reader, manifest.Id, "changed after it was signed", Line("ed25519", manifest.SigningKey!, new byte[32]));
        var foreign = Ed25519PrivateKey.Of(KeyPair.New().PrivatePem);
        await RefusedAsync(maker, reader, manifest.Id, "Backups:TrustedPublicKeys", Signed(maker, manifest.Id, foreign));
        foreach (var secret in new[] { _pair.PublicPem, _pair.PublicPem.Trim(), _pair.PublicPem.Split('\n')[1] })
        {
            var json = await File.ReadAllBytesAsync(maker.PathOf(manifest.Id, BackupManifest.FileName), Token);
            byte[] signed = [.. "ragaspire backup manifest\n"u8, .. json];
            var forged = HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), signed);
            await RefusedAsync(maker, reader, manifest.Id, "unknown here", Line("hmac-sha256", manifest.SigningKey!, forged));
        }

        // A backup of a secret that the public-only machine was not told to trust, though the secret lies in its data directory.
        System.IO.Directory.CreateDirectory(reader.DataDirectory);
        await File.WriteAllTextAsync(Path.Combine(reader.DataDirectory, "backup-signing-key"), BackupRig.SigningKey, Token);
        await RefusedAsync(maker, reader, manifest.Id, "unknown here", Signed(maker, manifest.Id, SigningKey.Of(BackupRig.SigningKey)));

        await maker.RewriteAsync(manifest);
        await File.WriteAllBytesAsync(maker.PathOf(manifest.Id, ManifestSignature.FileName), genuine, Token);
        Assert.True((await reader.Get<BackupVerifier>().CheckAsync(manifest.Id, Token)).IsGood);
    }

    [Fact]
    public async Task After_an_exchange_of_the_pair_or_of_a_secret_both_are_trusted()
    {
        await using var secret = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var (first, fresh) = (await secret.BackUpAsync(), KeyPair.New());
        await using var maker = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(),
            ("Directory", secret.Directory), ("SigningKey", ""), ("SigningPrivateKey", _pair.PrivatePem),
            ("FormerSigningKeys:0", BackupRig.SigningKey));
        secret.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await maker.BackUpAsync();
        await using var exchanged = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(),
            ("Directory", secret.Directory), ("SigningKey", ""), ("SigningPrivateKey", fresh.PrivatePem),
            ("FormerSigningKeys:0", BackupRig.SigningKey), ("TrustedPublicKeys:0", _pair.PublicPem));
        var third = await exchanged.BackUpAsync();

        Assert.Equal(3, new[] { first, second, third }.Select(manifest => manifest.SigningKey).Distinct().Count());
        Assert.True((await maker.Get<BackupVerifier>().CheckAsync(first.Id, Token)).IsGood);
        Assert.True((await exchanged.Get<BackupVerifier>().CheckAsync(first.Id, Token)).IsGood);
        Assert.True((await exchanged.Get<BackupVerifier>().CheckAsync(second.Id, Token)).IsGood);
        Assert.True((await exchanged.Get<BackupVerifier>().CheckAsync(third.Id, Token)).IsGood);
        Assert.Equal(BackupStatus.Untrusted, (await maker.Get<BackupVerifier>().CheckAsync(third.Id, Token)).Status);
    }

    [Fact]
    public async Task Other_programs_make_the_keys_and_verify_a_signature()
    {
        Assert.SkipUnless(await OpenSslAsync("version") == 0, "openssl is not installed.");
        using var directory = TestDirectory.Create("openssl");
        string At(string name) => Path.Combine(directory.Path, name);
        Assert.Equal(0, await OpenSslAsync("genpkey", "-algorithm", "ed25519", "-out", At("private.pem")));
        Assert.Equal(0, await OpenSslAsync("pkey", "-in", At("private.pem"), "-pubout", "-out", At("public.pem")));
        var key = Ed25519PrivateKey.Of(await File.ReadAllTextAsync(At("private.pem"), Token));
        var manifest = "a manifest"u8.ToArray();
        await File.WriteAllBytesAsync(At("manifest.json"), manifest, Token);
        await File.WriteAllBytesAsync(At("signature"), key.Sign(manifest), Token);
        string[] verify =
            ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", At("public.pem"), "-in", At("manifest.json"), "-sigfile", At("signature")];

        Assert.Equal(0, await OpenSslAsync(verify));
        Assert.Equal(key.Id, Ed25519PublicKey.Of(await File.ReadAllTextAsync(At("public.pem"), Token)).Id);
        await File.WriteAllBytesAsync(At("manifest.json"), [.. manifest, (byte)'\n'], Token);
        Assert.NotEqual(0, await OpenSslAsync(verify));
    }

    private async Task<BackupRig> MakerAsync(string pem) => await BackupRig.CreateAsync(
        await stores.CreateMigratedAsync(), ("SigningKey", ""), ("SigningPrivateKey", pem));

    private async Task<BackupRig> ReaderAsync(BackupRig maker, string publicKey) => await BackupRig.CreateAsync(
        await stores.CreateMigratedAsync(), ("Directory", maker.Directory), ("SigningKey", ""), ("TrustedPublicKeys:0", publicKey));

    private static async Task RefusedAsync(
        BackupRig maker, BackupRig reader, string backup, string reason, byte[]? signature = null)
    {
        if (signature is not null)
        {
            await File.WriteAllBytesAsync(maker.PathOf(backup, ManifestSignature.FileName), signature, Token);
        }

        var check = await reader.Get<BackupVerifier>().CheckAsync(backup, Token);
        Assert.Equal(BackupStatus.Untrusted, check.Status);
        Assert.Contains(reason, check.Details, StringComparison.Ordinal);
    }

    private static byte[] Signed(BackupRig rig, string backup, ISigner key) =>
        ManifestSignature.Of(File.ReadAllBytes(rig.PathOf(backup, BackupManifest.FileName)), key).ToBytes();

    private static byte[] Line(string algorithm, string keyId, byte[] value) =>
        new ManifestSignature(algorithm, keyId, value).ToBytes();

    private static async Task<int> OpenSslAsync(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            await process.WaitForExitAsync(Token);
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
