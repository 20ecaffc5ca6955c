using System.Diagnostics;
using System.Net;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RagAspire.AppHost.Lifecycle;
using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

/// <summary>State, health, log and commands of the resources, as the dashboard shows them.</summary>
[Collection(Processes.AppHosts)]
public sealed class ResourceLifecycleTests(RunningAppHost host) : IClassFixture<RunningAppHost>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("postgres", "PostgreSQL")]
    [InlineData("ragdb", "PostgreSQL database")]
    [InlineData("cache", "Garnet")]
    [InlineData("worker", "Project")]
    [InlineData("api", "Project")]
    public async Task Every_part_is_a_resource_that_becomes_healthy(string resource, string type)
    {
        var snapshot = await host.HealthyAsync(resource);

        Assert.Equal((type, KnownResourceStates.Running), (snapshot.ResourceType, snapshot.State?.Text));
        Assert.All(snapshot.HealthReports, report => Assert.Equal(HealthStatus.Healthy, report.Status));
        Assert.NotNull(snapshot.StartTimeStamp);
    }

    [Theory]
    [InlineData("postgres", "ready to accept connections")]
    [InlineData("cache", "Garnet")]
    public async Task An_embedded_store_shows_its_address_its_log_and_its_commands(string store, string line)
    {
        var snapshot = await host.HealthyAsync(store);

        Assert.StartsWith("tcp://127.0.0.1:", Assert.Single(snapshot.Urls).Url, StringComparison.Ordinal);
        Assert.Equal(
            ["restart Enabled", "start Hidden", "stop Enabled"],
            snapshot.Commands.Select(command => $"{command.Name} {command.State}").Order());
        await Eventually.TrueAsync(
            async () => (await host.LogAsync(store)).Contains(line, StringComparison.Ordinal),
            Patience, () => $"The log of {store} lacks '{line}'.", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_database_belongs_to_its_server_and_shares_its_state()
    {
        var database = await host.HealthyAsync("ragdb");

        Assert.Contains(database.Properties, property => property is { Name: "resource.parentName", Value: "postgres" });
        await host.ExecuteAsync("postgres", KnownResourceCommands.RestartCommand);
        await host.HealthyAsync("ragdb");
    }

    [Fact]
    public async Task A_stopped_database_stays_stopped_until_it_is_started_and_the_services_come_back_by_themselves()
    {
        await host.HealthyAsync("api");
        await host.ExecuteAsync("postgres", KnownResourceCommands.StopCommand);

        await host.InStateAsync("ragdb", KnownResourceStates.Exited);
        Assert.Null(EmbeddedPostgres.RunningOn(host.DataDirectory));
        Assert.Empty(host.Current("postgres").Urls);
        await AnswersAsync(HttpStatusCode.ServiceUnavailable);
        await UntilAnotherRestartAsync();
        Assert.Equal(KnownResourceStates.Exited, host.Current("postgres").State?.Text);

        await host.ExecuteAsync("postgres", KnownResourceCommands.StartCommand);
        await host.HealthyAsync("ragdb");
        await AnswersAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_killed_database_starts_again()
    {
        var before = (await host.HealthyAsync("postgres")).StartTimeStamp;
        var killed = EmbeddedPostgres.RunningOn(host.DataDirectory)!;
        var waited = Stopwatch.StartNew();

        await KillAsync(killed);

        await host.WaitAsync(
            "postgres", snapshot => snapshot.State?.Text == KnownResourceStates.Running && snapshot.StartTimeStamp != before);
        TestContext.Current.SendDiagnosticMessage("PostgreSQL runs again {0:0.0} s after kill -9", waited.Elapsed.TotalSeconds);
        await host.HealthyAsync("ragdb");
        Assert.NotEqual(killed, EmbeddedPostgres.RunningOn(host.DataDirectory));
        Assert.Contains("it starts again in", await host.LogAsync("postgres"));
    }

    [Fact]
    public async Task A_stopped_cache_can_be_started_and_restarted()
    {
        await host.HealthyAsync("cache");

        await host.ExecuteAsync("cache", KnownResourceCommands.StopCommand);
        await host.InStateAsync("cache", KnownResourceStates.Exited);
        await host.ExecuteAsync("cache", KnownResourceCommands.StartCommand);
        await host.HealthyAsync("cache");
        await host.ExecuteAsync("cache", KnownResourceCommands.RestartCommand);

        await host.HealthyAsync("cache");
    }

    [Fact]
    public async Task A_killed_service_starts_again()
    {
        var before = Pid(await host.HealthyAsync("worker"));
        var waited = Stopwatch.StartNew();
        using (var worker = Process.GetProcessById(before))
        {
            worker.Kill(entireProcessTree: true);
        }

        await RunsAgainAsync("worker", before);
        TestContext.Current.SendDiagnosticMessage("The worker runs again {0:0.0} s after kill -9", waited.Elapsed.TotalSeconds);
        await host.HealthyAsync("worker");
    }

    [Fact]
    public async Task A_process_that_was_stopped_stays_stopped_while_one_that_crashes_is_restarted()
    {
        await host.InStateAsync("sleeper", KnownResourceStates.Running);
        await host.ExecuteAsync("sleeper", KnownResourceCommands.StopCommand);

        await UntilAnotherRestartAsync();

        Assert.Contains(host.Current("sleeper").State?.Text, KnownResourceStates.TerminalStates);
        await host.ExecuteAsync("sleeper", KnownResourceCommands.StartCommand);
        await host.InStateAsync("sleeper", KnownResourceStates.Running);
    }

    /// <summary>Kills another process and waits for its restart: a wrong restart would have happened by then too.</summary>
    private async Task UntilAnotherRestartAsync()
    {
        var before = Pid(await host.InStateAsync("victim", KnownResourceStates.Running));
        using (var victim = Process.GetProcessById(before))
        {
            victim.Kill();
        }

        await RunsAgainAsync("victim", before);
    }

    private Task<CustomResourceSnapshot> RunsAgainAsync(string resource, int before) => host.WaitAsync(
        resource, snapshot => snapshot.State?.Text == KnownResourceStates.Running && Pid(snapshot) != before);

    private Task AnswersAsync(HttpStatusCode status) => Eventually.TrueAsync(
        async () =>
        {
            using var client = host.App.CreateHttpClient("api", "http");
            using var answer = await client.GetAsync("/ready", TestContext.Current.CancellationToken);
            return answer.StatusCode == status;
        },
        Patience,
        () => $"The API does not answer with {status}.",
        TestContext.Current.CancellationToken);

    private static async Task KillAsync(ProcessIdentity identity)
    {
        using var process = Process.GetProcessById(identity.ProcessId);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static int Pid(CustomResourceSnapshot snapshot) => ProcessRecorder.ProcessId(snapshot) ?? 0;
}
