using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RagAspire.AppHost.Commands;

/// <summary>The commands of the API in the dashboard and in Aspire's command line.</summary>
internal static class ApiCommands
{
    /// <summary>Adds all commands.</summary>
    public static IResourceBuilder<ProjectResource> WithApiCommands(
        this IResourceBuilder<ProjectResource> api, IResourceBuilder<ParameterResource> apiKey)
    {
        var access = new ApiAccess(api.GetEndpoint("http"), apiKey.Resource);
        return api
            .WithDocumentCommands(access)
            .WithQuestionCommand(access)
            .WithMaintenanceCommands(access)
            .WithBackupCommands(access)
            .WithHealthCommand(access)
            .WithDiagnosisCommand(access)
            .WithReportCommands(access);
    }

    /// <summary>Adds a command that is enabled while the API is healthy, and whose failures are one sentence.</summary>
    public static IResourceBuilder<ProjectResource> WithApiCommand(
        this IResourceBuilder<ProjectResource> api,
        (string Name, string DisplayName) title,
        ApiAccess access,
        Func<ApiClient, ExecuteCommandContext, Task<ExecuteCommandResult>> run,
        CommandOptions options)
    {
        options.UpdateState ??= context => context.ResourceSnapshot.HealthStatus == HealthStatus.Healthy
            ? ResourceCommandState.Enabled
            : ResourceCommandState.Disabled;
        return api.WithCommand(title.Name, title.DisplayName, context => RunAsync(context, access, run), options);
    }

    private static async Task<ExecuteCommandResult> RunAsync(
        ExecuteCommandContext context, ApiAccess access, Func<ApiClient, ExecuteCommandContext, Task<ExecuteCommandResult>> run)
    {
        try
        {
            using var client = await access.ConnectAsync(context.CancellationToken);
            return await run(client, context);
        }
        catch (ApiException ex)
        {
            return CommandResults.Failure(ex.Message);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            return CommandResults.Canceled();
        }
    }
}

/// <summary>The address and the key of the API, which are known only when it runs.</summary>
internal sealed record ApiAccess(EndpointReference Endpoint, ParameterResource Key)
{
    public async Task<ApiClient> ConnectAsync(CancellationToken cancellationToken) =>
        new(new Uri(Endpoint.Url), (await Key.GetValueAsync(cancellationToken))!);
}
