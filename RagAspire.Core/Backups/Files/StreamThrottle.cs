namespace RagAspire.Backups.Files;

/// <summary>Limits how fast a file of a backup is read or written.</summary>
/// <param name="BytesPerSecond">The highest rate; zero for no limit.</param>
/// <param name="Pauses">
/// Whether short pieces of work alternate with longer pauses. Everything that feeds the stream or is fed by it pauses with it:
/// pg_dump, age, and the server process of the database, whose priority cannot be lowered otherwise.
/// </param>
public readonly record struct StreamThrottle(long BytesPerSecond, bool Pauses);
