using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using RagAspire.Api.Security;
using RagAspire.Embedded;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;
using RagAspire.Web.Security;
using static RagAspire.Tests.Deployment.DeploymentFiles;

namespace RagAspire.Tests.Deployment;

/// <summary>The files of <c>deploy/</c> agree with the programs, with the AppHost and with each other.</summary>
public sealed partial class DeploymentFileTests
{
    private static readonly ILookup<string, Type> Sections =
        new[] { typeof(RagCore), typeof(LimitOptions), typeof(Microsoft.Extensions.Hosting.ShutdownOptions), typeof(WebOptions) }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true })
            .ToLookup(type => (string)type.GetField("Section", BindingFlags.Public | BindingFlags.Static)!.GetRawConstantValue()!);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Files => [.. Yaml];

    private static readonly string[] PublishedImages =
        [.. new[] { "postgres", "prometheus", "alertmanager", "grafana" }.Select(name => $"images/{name}.Dockerfile")];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_valid_YAML(string file) => Assert.NotEmpty(Parse(file));

    [Fact]
    public async Task Files_that_follow_from_others_are_up_to_date()
    {
        using var directory = TestDirectory.Create("deployment");
        await using var render = BackgroundProgram.Start(
            "/bin/sh", [Path.Combine(BuildOutput.RepositoryRoot, "eng", "render-deployment.sh"), directory.Path], []);
        await render.WaitForExitAsync(Cancelled);
        Assert.True(render.ExitCode == 0, render.Output);

        var rendered = Directory.GetFiles(directory.Path, "*", SearchOption.AllDirectories);
        Assert.True(rendered.Length > 10);
        Assert.All(rendered, file =>
        {
            var committed = Path.Combine(BuildOutput.RepositoryRoot, Path.GetRelativePath(directory.Path, file));
            Assert.True(File.ReadAllText(file) == File.ReadAllText(committed), $"{committed}: run eng/render-deployment.sh");
        });
    }

    [Fact]
    public void The_PrometheusRule_has_every_rule_of_the_repository()
    {
        var groups = Manifest("PrometheusRule", "ragaspire")["spec"]!["groups"]!.AsArray();

        Assert.Equal(
            MonitoringFiles.Rules.Select(rule => $"{rule.Alert}{rule.Record} {rule.Expr.Trim()}").Order(),
            groups.SelectMany(group => group!["rules"]!.AsArray())
                .Select(rule => $"{rule!["alert"]}{rule["record"]} {$"{rule["expr"]}".Trim()}").Order());
    }

    [Fact]
    public async Task Images_are_those_of_the_AppHost()
    {
        using var data = TestDirectory.Create("deployment");
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.RagAspire_AppHost>(
            ["--mode", "containers", "--data", data.Path, .. Ports().SelectMany(name => new[] { name, $"{FreePort.Next()}" })], Cancelled);
        var images = builder.Resources.OfType<ContainerResource>()
            .Select(resource => resource.Annotations.OfType<ContainerImageAnnotation>().Last())
            .ToDictionary(image => image.Image.Replace("library/", ""), image => image.Tag!);
        var services = Compose["services"]!.AsObject()
            .Select(service => $"{service.Value!["image"]}").Where(image => !image.StartsWith('$')).Select(image => image.Split(':', 2))
            .DistinctBy(image => image[0]).ToDictionary(image => image[0], image => image[1]);

        Assert.Superset(services.Keys.ToHashSet(), images.Keys.Union(["nginx", "certbot/certbot", "ghcr.io/google/cadvisor"]).ToHashSet());
        Assert.All(images, image => Assert.Equal(image.Value, services[image.Key]));
        Assert.All(
            PublishedImages.Select(file => Text(file).Split('\n').Single(line => line.StartsWith("FROM ", StringComparison.Ordinal))[5..].Split(':', 2)),
            image => Assert.Equal(image[1], images[image[0]]));
    }

    [Fact]
    public void An_image_finds_its_files_in_what_the_engine_is_given()
    {
        var given = File.ReadAllLines(Path.Combine(BuildOutput.RepositoryRoot, ".dockerignore"))
            .Where(line => line.StartsWith('!')).Select(line => line[1..]).ToHashSet();
        var copied = PublishedImages.SelectMany(file => Text(file).Split('\n'))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).ToList();

        Assert.True(copied.Count > 8);
        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(BuildOutput.RepositoryRoot, path)), path));
        Assert.All(copied, path => Assert.Contains(path.Split('/')[0], given));
    }

    [Fact]
    public async Task The_configuration_in_the_images_is_valid()
    {
        await PrometheusTool.RunAsync("amtool", "check-config", Path.Combine(Root, "images", "monitoring", "alertmanager.yml"));

        // The installed Prometheus may be too old for pushed metrics, which the image is not.
        using var directory = TestDirectory.Create("image");
        var older = Path.Combine(directory.Path, "prometheus.yml");
        await File.WriteAllLinesAsync(older, Text("images/monitoring/prometheus.yml").Split('\n')
            .Where(line => line != "otlp:" && !line.Contains("translation_strategy", StringComparison.Ordinal)), Cancelled);
        await PrometheusTool.RunAsync("promtool", "check", "config", "--syntax-only", older);
    }

    [Fact]
    public void Every_container_has_limits_of_memory_and_of_its_log_and_no_rights_to_gain()
    {
        foreach (var (name, service) in Compose["services"]!.AsObject())
        {
            Assert.NotNull(service);
            Assert.Equal("10m", service.At("logging.options.max-size"));
            Assert.Equal("true", $"{service["labels"]?["ragaspire.deployment"]}");
            if (name is not ("certificates" or "certbot" or "models"))
            {
                Assert.Matches("^[0-9]+[MG]$", service.At("deploy.resources.limits.memory"));
                Assert.Equal("no-new-privileges:true", service.At("security_opt.0"));
            }
        }

        foreach (var name in new[] { "api", "worker" })
        {
            var container = Manifest("Deployment", name)["spec"]!["template"]!["spec"]!;
            Assert.Equal("true", container.At("securityContext.runAsNonRoot"));
            Assert.Equal("true", container.At("containers.0.securityContext.readOnlyRootFilesystem"));
            Assert.Equal("ALL", container.At("containers.0.securityContext.capabilities.drop.0"));
            Assert.Equal("4Gi", container.At("containers.0.resources.limits.memory"));
        }
    }

    /// <summary>An engine does not create a container that may use more processors than there are.</summary>
    [Fact]
    public async Task Limits_of_processors_in_Compose_are_at_most_those_of_the_machine()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It counts processors as Linux does.");
        using var directory = TestDirectory.Create("compose");
        var script = Path.Combine(directory.Path, "secrets.sh");
        File.Copy(Path.Combine(Root, "compose", "secrets.sh"), script);
        await using var run = BackgroundProgram.Start("/bin/sh", [script], [], directory.Path);
        await run.WaitForExitAsync(Cancelled);
        Assert.True(run.ExitCode == 0, run.Output);

        var variables = File.ReadLines(Path.Combine(directory.Path, ".env")).Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        var processors = File.ReadLines("/proc/cpuinfo").Count(line => line.StartsWith("processor", StringComparison.Ordinal));
        var limits = ProcessorLimit().Matches(Text("compose/compose.yaml"));
        Assert.True(limits.Count > 1, "The limits have no variables.");
        Assert.All(limits, limit => Assert.InRange(
            int.Parse(variables.GetValueOrDefault(limit.Groups["name"].Value, limit.Groups["most"].Value), CultureInfo.InvariantCulture),
            1, processors));
    }

    [Fact]
    public void Settings_exist_and_secrets_have_no_value_in_a_file()
    {
        var names = Settings(Compose).Concat(Settings(Stack)).Concat(Manifests.SelectMany(Settings))
            .Concat(Parse("kubernetes/secret.example.yaml").SelectMany(Settings))
            .Concat(Settings(Parse("kubernetes/kustomization.yaml").Single()))
            .Where(name => Setting().IsMatch(name)).ToHashSet();

        Assert.True(names.Count > 15, string.Join(", ", names));
        Assert.All(names, name => Assert.True(Exists(name), $"There is no setting {name}."));
        Assert.DoesNotMatch(@"(?i)(password|key|token)[A-Za-z_]*: (?!/run/)[A-Za-z0-9+/]{12,}", Text("compose/compose.yaml"));
        Assert.All(
            Parse("kubernetes/secret.example.yaml").SelectMany(secret => secret["stringData"]!.AsObject()),
            pair => Assert.DoesNotMatch("[A-Za-z0-9+/]{25,}", $"{pair.Value}".Replace("ragaspire", "")));
    }

    [Fact]
    public void Ports_and_names_are_those_that_others_expect()
    {
        Assert.Equal("8000", Manifest("Service", "api").At("spec.ports.0.port"));
        Assert.Equal("8001", Manifest("Service", "worker").At("spec.ports.0.port"));
        Assert.All(["api-1:8000", "api-2:8000", "api-3:8000"], address => Assert.Contains($"server {address}", Text("nginx/upstream.conf")));
        Assert.All(Compose["services"]!.AsObject().Where(service => service.Key.StartsWith("api-", StringComparison.Ordinal)),
            service => Assert.Equal(service.Key, service.Value!.At("environment.Metrics__Instance")));
        var query = Manifest("ScaledObject", "worker").At("spec.triggers.0.metadata.query");
        Assert.Contains(MonitoringFiles.Listed.Keys, series => query.Contains(series, StringComparison.Ordinal));
        foreach (var name in new[] { "api", "worker", "web" })
        {
            var monitor = Manifest("ServiceMonitor", name);
            Assert.Equal($"ragaspire-{name}", monitor.At("spec.endpoints.0.relabelings.0.replacement"));
            Assert.Equal(
                $"{Manifest("Service", name)["metadata"]!["labels"]!["app.kubernetes.io/name"]}",
                $"{monitor["spec"]!["selector"]!["matchLabels"]!["app.kubernetes.io/name"]}");
        }
    }

    /// <summary>With the framework's own switch every client could set the scheme that the web app sees.</summary>
    [Fact]
    public void The_web_app_is_behind_every_proxy_and_believes_that_one_alone()
    {
        Assert.All(
            ["nginx/upstream.conf", "nginx/upstream-sticky.conf", "swarm/upstream.conf"],
            file => Assert.Contains("default web:8002;", Text(file), StringComparison.Ordinal));
        Assert.Equal(
            $"{Compose.At("services.nginx.networks.inside.ipv4_address")}/32", Compose.At("services.web.environment.Proxies__Networks"));
        Assert.Equal(Stack.At("networks.inside.ipam.config.0.subnet"), Stack.At("services.web.environment.Proxies__Networks"));
        Assert.Contains("Proxies__Networks", Settings(Manifest("Deployment", "web")["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]));
        Assert.All(Yaml, file => Assert.DoesNotContain("ASPNETCORE_FORWARDEDHEADERS_ENABLED", Text(file), StringComparison.Ordinal));
    }

    [Fact]
    public void The_swarm_is_told_every_secret_that_a_service_takes()
    {
        var declared = Stack["secrets"]!.AsObject().Select(secret => secret.Key).ToHashSet();
        var taken = Stack["services"]!.AsObject().SelectMany(service => service.Value!["secrets"]?.AsArray() ?? [])
            .Select(secret => $"{(secret is System.Text.Json.Nodes.JsonObject named ? named["source"] : secret)}").ToHashSet();

        Assert.Contains("Web__Secret", taken);
        Assert.Equal(declared.Order(), taken.Order());
    }

    /// <summary>A pushed and a scraped series look alike wherever Prometheus runs.</summary>
    [Fact]
    public void The_operators_Prometheus_relabels_as_ours_does()
    {
        var ours = Parse("compose/monitoring/prometheus.yml").Single()["scrape_configs"]![0]!["metric_relabel_configs"]!.AsArray()
            .Select(rule => $"{rule!["action"]} {rule["regex"]} {rule["source_labels"]?[0]} {rule["target_label"]} {rule["replacement"]}");
        foreach (var name in new[] { "api", "worker", "web" })
        {
            Assert.Equal(ours, Manifest("ServiceMonitor", name)["spec"]!["endpoints"]![0]!["metricRelabelings"]!.AsArray()
                .Select(rule => $"{rule!["action"]} {rule["regex"]} {rule["sourceLabels"]?[0]} {rule["targetLabel"]} {rule["replacement"]}"));
        }
    }

    private static IEnumerable<string> Ports() =>
        ["--api-port", "--worker-port", "--web-port", "--prometheus-port", "--alertmanager-port", "--grafana-port"];

    private static bool Exists(string setting)
    {
        var parts = setting.Split("__").Where(part => !part.All(char.IsAsciiDigit)).ToArray();
        var (section, key) = (string.Join(':', parts[..^1]), parts[^1]);
        return section switch
        {
            "ConnectionStrings" => key is "ragdb" or "cache" or "vectors" or "chat" or "embeddings",

            // Read before there are options.
            "Metrics" => key is "Token" or "Instance",
            _ => Sections[section].Any(type => type.GetProperty(key) is not null),
        };
    }

    [GeneratedRegex("^[A-Z][A-Za-z]+(__[A-Za-z0-9]+)+$")]
    private static partial Regex Setting();

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]*CPUS):-(?<most>[0-9]+)\}")]
    private static partial Regex ProcessorLimit();
}
