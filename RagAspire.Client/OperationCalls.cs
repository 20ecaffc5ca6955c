using System.Net;

namespace RagAspire.Client;

/// <summary>What operators see and start.</summary>
public sealed class OperationCalls
{
    private const string Path = "api/v1/operations";
    private readonly ApiConnection _api;

    internal OperationCalls(ApiConnection api) => _api = api;

    /// <summary>Whether the API can serve, also when it cannot.</summary>
    public Task<HealthReport> ReadyAsync(CancellationToken cancellationToken) =>
        _api.GetAsync<HealthReport>("ready", HttpStatusCode.ServiceUnavailable, cancellationToken);

    /// <summary>Alerts, newest first.</summary>
    /// <param name="status">firing or resolved; null for both.</param>
    public Task<Page<AlertRecord>> AlertsAsync(string? status, string? after, int limit, CancellationToken cancellationToken) =>
        _api.GetAsync<Page<AlertRecord>>(
            Address.With($"{Path}/alerts", ("status", status), ("after", after), ("limit", limit)), cancellationToken);

    /// <summary>What waits for the workers, over all collections.</summary>
    public Task<QueueSummary> QueuesAsync(CancellationToken cancellationToken) =>
        _api.GetAsync<QueueSummary>($"{Path}/queues", cancellationToken);

    /// <summary>The tasks with their schedule and last run.</summary>
    public Task<Page<MaintenanceBody>> MaintenanceAsync(CancellationToken cancellationToken) =>
        _api.GetAsync<Page<MaintenanceBody>>($"{Path}/maintenance", cancellationToken);

    /// <summary>Runs, newest first.</summary>
    /// <param name="task">Null for those of all tasks.</param>
    public Task<Page<MaintenanceRun>> RunsAsync(string? task, string? after, int limit, CancellationToken cancellationToken) =>
        _api.GetAsync<Page<MaintenanceRun>>(
            Address.With($"{Path}/maintenance/runs", ("task", task), ("after", after), ("limit", limit)), cancellationToken);

    public Task<MaintenanceRun> RunAsync(Guid id, CancellationToken cancellationToken) =>
        _api.GetAsync<MaintenanceRun>($"{Path}/maintenance/runs/{id}", cancellationToken);

    /// <summary>Runs a task now.</summary>
    public Task<MaintenanceRun> StartAsync(string task, MaintenanceRequest request, CancellationToken cancellationToken) =>
        _api.CallAsync<MaintenanceRun>(
            HttpMethod.Post, $"{Path}/maintenance/{Uri.EscapeDataString(task)}", request, cancellationToken);

    public Task<MaintenanceRun> CancelAsync(Guid id, CancellationToken cancellationToken) =>
        _api.CallAsync<MaintenanceRun>(HttpMethod.Delete, $"{Path}/maintenance/runs/{id}", body: null, cancellationToken);

    /// <summary>Backups, newest first.</summary>
    public Task<Page<Backup>> BackupsAsync(string? after, int limit, CancellationToken cancellationToken) =>
        _api.GetAsync<Page<Backup>>(Address.With($"{Path}/backups", ("after", after), ("limit", limit)), cancellationToken);

    /// <summary>Makes a backup now.</summary>
    public Task<MaintenanceRun> BackUpAsync(CancellationToken cancellationToken) =>
        _api.CallAsync<MaintenanceRun>(HttpMethod.Post, $"{Path}/backups", body: null, cancellationToken);

    /// <summary>Verifies a backup now; afterwards its status has the result.</summary>
    public Task<Backup> VerifyAsync(string id, CancellationToken cancellationToken) =>
        _api.CallAsync<Backup>(HttpMethod.Post, $"{Path}/backups/{Uri.EscapeDataString(id)}/verify", body: null, cancellationToken);

    /// <summary>Examines the whole system: what is wrong, why, and what to do.</summary>
    public Task<DiagnosisReport> DiagnoseAsync(CancellationToken cancellationToken) =>
        _api.GetAsync<DiagnosisReport>($"{Path}/diagnostics", cancellationToken);

    /// <summary>Judges whether the memory of a process keeps growing.</summary>
    public Task<MemoryReport> MemoryAsync(CancellationToken cancellationToken) =>
        _api.GetAsync<MemoryReport>($"{Path}/memory", cancellationToken);

    /// <summary>Projects what the system uses, and recommends what to do.</summary>
    public Task<CapacityReport> CapacityAsync(CancellationToken cancellationToken) =>
        _api.GetAsync<CapacityReport>($"{Path}/capacity", cancellationToken);

    /// <summary>Tokens and cost of the models.</summary>
    /// <param name="period">day, week or month, each up to now; null for a day.</param>
    public Task<UsageReport> UsageAsync(string? period, CancellationToken cancellationToken) =>
        _api.GetAsync<UsageReport>(Address.With($"{Path}/usage", ("period", period)), cancellationToken);

    /// <summary>The keys that have no more rights than that of the call.</summary>
    public Task<Page<ApiKey>> KeysAsync(CancellationToken cancellationToken) =>
        _api.GetAsync<Page<ApiKey>>($"{Path}/api-keys", cancellationToken);

    public Task<ApiKeyCreated> CreateKeyAsync(ApiKeyRequest request, CancellationToken cancellationToken) =>
        _api.CallAsync<ApiKeyCreated>(HttpMethod.Post, $"{Path}/api-keys", request, cancellationToken);

    public Task RevokeKeyAsync(string id, CancellationToken cancellationToken) =>
        _api.CallAsync(HttpMethod.Delete, $"{Path}/api-keys/{Uri.EscapeDataString(id)}", body: null, cancellationToken);

    /// <summary>Changes and their authors, newest first.</summary>
    public Task<Page<AuditRecord>> AuditAsync(string? after, int limit, CancellationToken cancellationToken) =>
        _api.GetAsync<Page<AuditRecord>>(Address.With($"{Path}/audit", ("after", after), ("limit", limit)), cancellationToken);

    /// <summary>A report or another page of the API as HTML; the caller disposes the response, and looks at its status.</summary>
    /// <param name="address">Path and query.</param>
    public Task<HttpResponseMessage> PageAsync(string address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        return _api.ResponseAsync(address.TrimStart('/'), "text/html, image/svg+xml;q=0.9, image/png;q=0.9", cancellationToken);
    }
}
