namespace RagAspire.AppHost;

/// <summary>The run cannot go on; the message is written for the person who started it.</summary>
public sealed class LocalRunException(string message) : Exception(message);
