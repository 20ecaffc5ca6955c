namespace RagAspire.Backups.Signing;

/// <summary>Proves by a signature that a manifest is from a system with the key.</summary>
internal interface IVerifier
{
    /// <summary>The name of the key in manifests: 16 hexadecimal digits, from which no secret can be derived.</summary>
    string Id { get; }

    /// <summary>The algorithm in signatures. A key verifies only those of its own.</summary>
    string Algorithm { get; }

    bool Verifies(byte[] manifest, byte[] signature);
}

/// <summary>Signs manifests, and verifies its own signatures.</summary>
internal interface ISigner : IVerifier
{
    byte[] Sign(byte[] manifest);
}
