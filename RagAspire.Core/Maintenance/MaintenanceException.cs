namespace RagAspire.Maintenance;

/// <summary>A task cannot do its work, and why; the reason is for operators and needs no stack trace.</summary>
public sealed class MaintenanceException(string reason, Exception? innerException = null) : Exception(reason, innerException);
