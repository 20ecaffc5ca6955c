using RagAspire.Database;

namespace RagAspire.Tests.Diagnosis.Postgres;

/// <summary>One migrated server for a class.</summary>
public sealed class MigratedCluster : IAsyncLifetime
{
    internal OwnCluster Value { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Value = await OwnCluster.StartAsync();
        await using var rig = DoctorRig.Create(Value.Database);
        await rig.Get<Migrator>().MigrateAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync() => Value.DisposeAsync();
}
