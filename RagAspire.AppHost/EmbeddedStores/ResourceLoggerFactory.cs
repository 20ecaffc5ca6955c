using Microsoft.Extensions.Logging;

namespace RagAspire.AppHost.EmbeddedStores;

/// <summary>Writes every category of a library into the console log of one resource.</summary>
internal sealed class ResourceLoggerFactory(ILogger resource, LogLevel minimum) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new LeveledLogger(resource, minimum);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class LeveledLogger(ILogger resource, LogLevel minimum) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                resource.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
