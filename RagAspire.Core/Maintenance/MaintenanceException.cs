namespace RagAspire.Maintenance;

/// <summary>A task cannot do its work. The message is the reason that operators read; it needs no stack trace.</summary>
public sealed class MaintenanceException(string reason, Exception? innerException = null) : Exception(reason, innerException);
