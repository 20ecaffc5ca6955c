using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Webhooks;

public static class WebhooksRegistration
{
    /// <summary>Webhooks and their options (section <c>Webhooks</c>); only <see cref="AddWebhookDelivery"/> delivers.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>()
            .Configure<IConfiguration>((options, configuration) =>
                NamedSettings.Bind<WebhookOptions, Webhook>(configuration.GetSection(WebhookOptions.Section), options.All))
            .ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton<WebhookStore>()
            .AddSingleton<WebhookSender>()
            .AddSingleton<WebhookMetrics>()
            .AddSingleton<WebhookDispatcher>()
            .AddSingleton<SpentBudgets>();
    }

    /// <summary>Delivers events in the background.</summary>
    public static IServiceCollection AddWebhookDelivery(this IServiceCollection services) =>
        services.AddHostedService<WebhookService>();
}
