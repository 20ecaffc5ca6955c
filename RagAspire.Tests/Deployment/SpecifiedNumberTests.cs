using static RagAspire.Tests.Deployment.DeploymentFiles;

namespace RagAspire.Tests.Deployment;

/// <summary>The numbers that a deployment was promised.</summary>
public sealed class SpecifiedNumberTests
{
    [Theory]
    [InlineData("deploy.resources.limits.cpus", "${CPUS:-4}")]
    [InlineData("deploy.resources.limits.memory", "4G")]
    [InlineData("deploy.resources.reservations.cpus", "2")]
    [InlineData("deploy.resources.reservations.memory", "2G")]
    [InlineData("deploy.restart_policy.condition", "on-failure")]
    [InlineData("deploy.restart_policy.delay", "5s")]
    [InlineData("deploy.restart_policy.max_attempts", "3")]
    [InlineData("healthcheck.interval", "30s")]
    [InlineData("healthcheck.timeout", "10s")]
    [InlineData("healthcheck.retries", "3")]
    [InlineData("healthcheck.start_period", "40s")]
    public void An_API_in_Compose(string path, string value) =>
        Assert.All(["api-1", "api-2", "api-3"], name => Assert.Equal(value, Compose["services"]![name]!.At(path)));

    [Theory]
    [InlineData("postgres.deploy.resources.limits.cpus", "${CPUS:-4}")]
    [InlineData("postgres.deploy.resources.limits.memory", "4G")]
    [InlineData("postgres.shm_size", "1gb")]
    [InlineData("redis.deploy.resources.limits.cpus", "2")]
    [InlineData("redis.deploy.resources.limits.memory", "1G")]
    [InlineData("grafana.environment.GF_USERS_ALLOW_SIGN_UP", "false")]
    [InlineData("node-exporter.network_mode", "host")]
    [InlineData("node-exporter.pid", "host")]
    [InlineData("node-exporter.volumes.0", "/:/host:ro,rslave")]
    public void A_store_or_exporter_in_Compose(string path, string value) => Assert.Equal(value, Compose["services"]!.At(path));

    [Theory]
    [InlineData("max_connections = 200")]
    [InlineData("shared_buffers = 1GB")]
    [InlineData("effective_cache_size = 3GB")]
    [InlineData("maintenance_work_mem = 256MB")]
    [InlineData("checkpoint_completion_target = 0.9")]
    [InlineData("wal_buffers = 16MB")]
    [InlineData("default_statistics_target = 100")]
    [InlineData("random_page_cost = 1.1")]
    [InlineData("effective_io_concurrency = 200")]
    public void PostgreSQL(string line) => Assert.Contains(line, Text("postgres/postgresql.conf").Split('\n'));

    [Theory]
    [InlineData("maxmemory 768mb")]
    [InlineData("maxmemory-policy allkeys-lru")]
    [InlineData("save 900 1")]
    [InlineData("save 300 10")]
    [InlineData("save 60 10000")]
    [InlineData("tcp-keepalive 60")]
    [InlineData("timeout 300")]
    public void Redis(string line) => Assert.Contains(line, Text("redis/redis.conf").Split('\n'));

    [Theory]
    [InlineData("minReplicas", "3")]
    [InlineData("maxReplicas", "10")]
    [InlineData("metrics.0.resource.name", "cpu")]
    [InlineData("metrics.0.resource.target.averageUtilization", "70")]
    [InlineData("metrics.1.resource.name", "memory")]
    [InlineData("metrics.1.resource.target.averageUtilization", "80")]
    [InlineData("behavior.scaleUp.stabilizationWindowSeconds", "60")]
    [InlineData("behavior.scaleUp.selectPolicy", "Max")]
    [InlineData("behavior.scaleUp.policies.0.type", "Percent")]
    [InlineData("behavior.scaleUp.policies.0.value", "50")]
    [InlineData("behavior.scaleUp.policies.0.periodSeconds", "60")]
    [InlineData("behavior.scaleUp.policies.1.type", "Pods")]
    [InlineData("behavior.scaleUp.policies.1.value", "2")]
    [InlineData("behavior.scaleUp.policies.1.periodSeconds", "60")]
    [InlineData("behavior.scaleDown.stabilizationWindowSeconds", "300")]
    [InlineData("behavior.scaleDown.policies.0.type", "Percent")]
    [InlineData("behavior.scaleDown.policies.0.value", "10")]
    [InlineData("behavior.scaleDown.policies.0.periodSeconds", "60")]
    public void The_autoscaler(string path, string value) =>
        Assert.Equal(value, Manifest("HorizontalPodAutoscaler", "api")["spec"]!.At(path));

    [Theory]
    [InlineData("api.deploy.replicas", "3")]
    [InlineData("api.deploy.resources.limits.cpus", "2")]
    [InlineData("api.deploy.resources.limits.memory", "2G")]
    [InlineData("api.deploy.resources.reservations.cpus", "1")]
    [InlineData("api.deploy.resources.reservations.memory", "1G")]
    [InlineData("api.deploy.restart_policy.condition", "on-failure")]
    [InlineData("api.deploy.update_config.parallelism", "1")]
    [InlineData("api.deploy.update_config.delay", "10s")]
    [InlineData("api.deploy.update_config.failure_action", "rollback")]
    [InlineData("api.deploy.update_config.monitor", "60s")]
    [InlineData("api.deploy.update_config.max_failure_ratio", "0.3")]
    [InlineData("api.deploy.rollback_config.parallelism", "1")]
    [InlineData("api.deploy.rollback_config.delay", "0s")]
    [InlineData("api.deploy.rollback_config.failure_action", "pause")]
    [InlineData("api.deploy.rollback_config.monitor", "60s")]
    [InlineData("api.deploy.rollback_config.max_failure_ratio", "0.3")]
    [InlineData("nginx.deploy.replicas", "2")]
    [InlineData("nginx.deploy.placement.constraints.0", "node.role == manager")]
    [InlineData("nginx.ports.0.published", "80")]
    [InlineData("nginx.ports.1.published", "443")]
    public void The_swarm(string path, string value) => Assert.Equal(value, Stack["services"]!.At(path));

    [Theory]
    [InlineData("nginx/upstream.conf", "least_conn;")]
    [InlineData("nginx/upstream.conf", "max_fails=3 fail_timeout=30s;")]
    [InlineData("nginx/upstream.conf", "keepalive 32;")]
    [InlineData("nginx/upstream-sticky.conf", "ip_hash;")]
    [InlineData("nginx/upstream-sticky.conf", "keepalive 16;")]
    [InlineData("nginx/nginx.conf", "keepalive_timeout 65s;")]
    [InlineData("nginx/nginx.conf", "keepalive_requests 1000;")]
    [InlineData("swarm/upstream.conf", "least_conn;")]
    public void Nginx(string file, string part) => Assert.Contains(part, Text(file), StringComparison.Ordinal);

    [Fact]
    public void The_network_of_the_swarm_is_an_overlay() => Assert.Equal("overlay", Stack.At("networks.inside.driver"));
}
