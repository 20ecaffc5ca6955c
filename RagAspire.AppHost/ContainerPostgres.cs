using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RagAspire.AppHost.Publishing;
using RagAspire.Embedded.Postgres;

namespace RagAspire.AppHost;

/// <summary>
/// PostgreSQL as a container. Its superuser's password is for the server alone; the services connect as a role that owns the
/// database and may watch the server, and backups are restored by a login without any rights.
/// </summary>
internal sealed class ContainerPostgres
{
    private const string DatabaseName = "ragdb";

    private ContainerPostgres(
        IResourceBuilder<PostgresServerResource> server,
        IResourceBuilder<ParameterResource> password,
        IResourceBuilder<ParameterResource> restorePassword) =>
        (Server, Password, RestorePassword) = (server, password, restorePassword);

    public IResourceBuilder<PostgresServerResource> Server { get; }

    /// <summary>Of the role <see cref="PostgresRoles.Application"/>.</summary>
    public IResourceBuilder<ParameterResource> Password { get; }

    /// <summary>Of the role <see cref="PostgresRoles.Restore"/>.</summary>
    public IResourceBuilder<ParameterResource> RestorePassword { get; }

    public static ContainerPostgres Add(IDistributedApplicationBuilder builder)
    {
        // The superuser's parameter keeps the name that Aspire gives it: a volume keeps the password of its first start.
        var server = builder.AddPostgres("postgres", password: builder.AddPassword(
                "postgres-password", "Password of PostgreSQL's superuser; no service has it."))
            .WithImageTag(ContainerImages.Tag(ContainerImages.Postgres))
            .WithDataVolume("ragaspire-postgres")
            .WithTuning();
        var postgres = new ContainerPostgres(
            server,
            builder.AddPassword("ragdb-password", "Password of the role that owns the database."),
            builder.AddPassword("ragdb-restore-password", "Password of the role as which backups are restored."));
        return builder.ExecutionContext.IsPublishMode ? postgres.WithRolesInItsImage() : postgres.WithRolesAtEachStart();
    }

    /// <summary>The connection string that the services get.</summary>
    public IResourceBuilder<ConnectionStringResource> AddDatabase()
    {
        var builder = Server.ApplicationBuilder;
        var endpoint = Server.Resource.PrimaryEndpoint;
        var database = builder
            .AddConnectionString(DatabaseName, ReferenceExpression.Create(
                $"Host={endpoint.Property(EndpointProperty.Host)};Port={endpoint.Property(EndpointProperty.Port)}"
                + $";Database={DatabaseName};Username={PostgresRoles.Application};Password={Password}"))
            .WithIconName("Database")
            .WithParentRelationship(Server)
            .WaitFor(Server);
        string? connectionString = null;
        database.OnConnectionStringAvailable(async (resource, _, cancellationToken) =>
            connectionString = await resource.ConnectionStringExpression.GetValueAsync(cancellationToken));
        builder.Services.AddHealthChecks().AddNpgSql(
            _ => connectionString ?? throw new InvalidOperationException("The connection string is not known yet."),
            name: DatabaseName);
        return database.WithHealthCheck(DatabaseName);
    }

    // No publisher but Compose's copies files into a container, and only an image has them everywhere.
    private ContainerPostgres WithRolesInItsImage()
    {
        Server.WithDockerfile(PublishedImages.Repository(Server.ApplicationBuilder), PublishedImages.Dockerfile("postgres"))
            .WithEnvironment("RAGASPIRE_PASSWORD", Password)
            .WithEnvironment("RAGASPIRE_RESTORE_PASSWORD", RestorePassword);
        return this;
    }

    // A volume may be of an earlier version, in which the superuser owned everything.
    private ContainerPostgres WithRolesAtEachStart()
    {
        Server.OnResourceReady(async (resource, ready, cancellationToken) =>
        {
            var superuser = new NpgsqlConnectionStringBuilder(
                await resource.ConnectionStringExpression.GetValueAsync(cancellationToken));
            var passwords = new PostgresPasswords(
                superuser.Password!,
                await ValueOfAsync(Password, cancellationToken),
                await ValueOfAsync(RestorePassword, cancellationToken));
            var logger = ready.Services.GetRequiredService<ResourceLoggerService>().GetLogger(resource);
            await new PostgresRoles(passwords, superuser, logger).EnsureAsync(DatabaseName, cancellationToken);

            superuser.Database = DatabaseName;
            await using var source = NpgsqlDataSource.Create(superuser);
            await using var command = source.CreateCommand("create extension if not exists pg_stat_statements");
            await command.ExecuteNonQueryAsync(cancellationToken);
        });
        return this;
    }

    private static async Task<string> ValueOfAsync(
        IResourceBuilder<ParameterResource> parameter, CancellationToken cancellationToken) =>
        await parameter.Resource.GetValueAsync(cancellationToken)
            ?? throw new AppHostException($"The parameter {parameter.Resource.Name} has no value.");
}
