using RagAspire.AppHost.Monitoring;

namespace RagAspire.Tests.Monitoring;

public sealed class ConfigurationTemplateTests
{
    private const string File = """
        global:
          grafana: http://localhost:3000 #[GRAFANA_URL] grafana: '${GRAFANA_URL}/x'
          # a comment
        #[OTLP] otlp:
        #[OTLP]   on: yes
          #[KEY]   key: '${KEY}'
        """;

    [Fact]
    public void Without_the_variables_the_file_stays_as_it_is() =>
        Assert.Equal(File, ConfigurationTemplate.Render(File, _ => null));

    [Theory]
    [InlineData("")]
    [InlineData("false")]
    [InlineData("False")]
    public void A_variable_that_is_empty_or_false_counts_as_none(string value) =>
        Assert.Equal(File, ConfigurationTemplate.Render(File, _ => value));

    [Fact]
    public void The_alternative_of_a_set_variable_replaces_the_line_at_its_indent()
    {
        var values = new Dictionary<string, string> { ["GRAFANA_URL"] = "https://g", ["OTLP"] = "1", ["KEY"] = "it's" };
        var expected = """
            global:
              grafana: 'https://g/x'
              # a comment
            otlp:
              on: yes
                key: 'it''s'
            """;
        Assert.Equal(expected, ConfigurationTemplate.Render(File, values.GetValueOrDefault));
    }

    [Fact]
    public void A_value_of_several_lines_is_refused() =>
        Assert.Throws<FormatException>(() => ConfigurationTemplate.Render(File, name => name == "KEY" ? "a\nb: c" : null));
}
