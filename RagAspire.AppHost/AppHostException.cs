namespace RagAspire.AppHost;

/// <summary>The AppHost cannot go on. The message is shown to the user as it is.</summary>
public sealed class AppHostException(string message) : Exception(message);
