using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace RagAspire.Api.Security;

/// <summary>
/// Asks clients to open another connection after a while, so that load is balanced again after replicas were added. The time
/// differs from connection to connection, or all of them would come back at once.
/// </summary>
internal static class ConnectionLifetime
{
    private const double Jitter = .25;
    private static readonly object Deadline = new();

    public static void UseConnectionLifetime(this WebApplication app)
    {
        var lifetime = app.Services.GetRequiredService<IOptions<LimitOptions>>().Value.ConnectionLifetime;
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use((context, next) =>
        {
            var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
            if (items is not null && !items.TryGetValue(Deadline, out _))
            {
                var share = 1 + (Jitter * ((Random.Shared.NextDouble() * 2) - 1));
                items[Deadline] = time.GetUtcNow() + (lifetime * share);
            }
            else if (items?[Deadline] is DateTimeOffset deadline && deadline < time.GetUtcNow())
            {
                // HTTP/1.1 answers "Connection: close"; HTTP/2 takes no further streams and finishes those that run.
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }

            return next(context);
        });
    }
}
