using Microsoft.Extensions.Configuration;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Tests.Maintenance;

public sealed class ScheduleTests
{
    private static readonly ScheduleRow Nightly =
        new("nightly", "30 2 * * *", "Europe/Berlin", TimeSpan.FromHours(1), TimeSpan.FromHours(30));

    [Fact]
    public void Every_default_row_is_valid_and_alerts_later_than_it_runs() =>
        Assert.All(new Schedule(Configuration()).Rows, row =>
    {
        Assert.Equal(row.Cron is not null, row.Next(Utc("2026-01-01T00:00:00Z")) is not null);
        Assert.True(row.Cron is null || row.AlertAfter > Longest(row), $"{row.Task} alerts although it ran in time.");
    });

    [Theory]
    [InlineData("database-daily", "2026-06-02T02:00:00Z")]
    [InlineData("database-weekly", "2026-06-07T03:00:00Z")]
    [InlineData("monthly-report", "2026-07-01T04:00:00Z")]
    [InlineData("clean-up", "2026-06-02T01:00:00Z")]
    [InlineData("certificates", "2026-06-02T05:00:00Z")]
    [InlineData("backup", "2026-06-02T05:30:00Z")]
    [InlineData("backup-retention", "2026-06-02T06:00:00Z")]
    [InlineData("health-check", "2026-06-01T12:05:00Z")]
    [InlineData("metrics", "2026-06-01T13:00:00Z")]
    public void Tasks_run_when_the_handbook_says(string task, string expected) =>
        Assert.Equal(Utc(expected), new Schedule(Configuration()).Find(task)!.Next(Utc("2026-06-01T12:00:00Z")));

    [Fact]
    public void A_time_that_the_clock_skips_in_spring_occurs_right_after_the_gap() =>
        Assert.Equal(Utc("2026-03-29T01:00:00Z"), Nightly.Next(Utc("2026-03-28T12:00:00Z")));

    [Fact]
    public void A_time_that_comes_twice_in_autumn_occurs_once()
    {
        var first = Nightly.Next(Utc("2026-10-24T12:00:00Z"));
        Assert.Equal(Utc("2026-10-25T00:30:00Z"), first);
        Assert.Equal(Utc("2026-10-26T01:30:00Z"), Nightly.Next(first!.Value));
        Assert.Equal(first, Nightly.Last(Utc("2026-10-25T01:30:30Z")));
    }

    [Fact]
    public void The_last_occurrence_is_found_however_long_ago_it_was()
    {
        var yearly = Nightly with { Cron = "0 4 1 1 *", TimeZone = "UTC" };
        Assert.Equal(Utc("2026-01-01T04:00:00Z"), yearly.Last(Utc("2026-12-31T23:00:00Z")));
        Assert.Equal(Utc("2026-01-01T04:00:00Z"), yearly.Last(Utc("2026-01-01T04:00:00Z")));
        Assert.Null((Nightly with { Enabled = false }).Last(Utc("2026-12-31T23:00:00Z")));
    }

    [Fact]
    public void Configuration_overrides_a_row()
    {
        var row = new Schedule(Configuration(
            ("Maintenance:TimeZone", "America/New_York"),
            ("Maintenance:Schedule:database-daily:Cron", "15 1 * * *"),
            ("Maintenance:Schedule:database-daily:TimeLimit", "00:20:00"),
            ("Maintenance:Schedule:database-daily:AlertAfter", "2.00:00:00"),
            ("Maintenance:Schedule:database-daily:Retries", "5"),
            ("Maintenance:Schedule:database-daily:Enabled", "true"))).Find("database-daily");

        Assert.Equal(
            new ScheduleRow(
                "database-daily", "15 1 * * *", "America/New_York", TimeSpan.FromMinutes(20), TimeSpan.FromDays(2), 5), row);
    }

    [Theory]
    [InlineData("database-daily:Cron", "61 2 * * *", "cron")]
    [InlineData("database-daily:Cron", "tomorrow", "cron")]
    [InlineData("database-daily:TimeZone", "Europe/Atlantis", "time zone")]
    [InlineData("database-daily:TimeLimit", "soon", "TimeLimit")]
    [InlineData("database-daily:TimeLimit", "00:00:00", "time limit")]
    [InlineData("database-daily:Retries", "-1", "retries")]
    [InlineData("databse-daily:Cron", "0 2 * * *", "no task")]
    [InlineData("index_rebuild:Retries", "many", "Retries")]
    public void An_invalid_row_is_an_error_that_names_it(string key, string value, string named)
    {
        var thrown = Assert.Throws<ScheduleException>(() => new Schedule(Configuration(($"Maintenance:Schedule:{key}", value))));
        Assert.Contains(key.Split(':')[0], thrown.Message);
        Assert.Contains(named, thrown.Message);
    }

    private static TimeSpan Longest(ScheduleRow row)
    {
        var (longest, at) = (TimeSpan.Zero, Utc("2026-01-01T00:00:00Z"));
        for (var i = 0; i < 60 && row.Next(at) is { } next; i++)
        {
            longest = i > 0 && next - at > longest ? next - at : longest;
            at = next;
        }

        return longest;
    }

    private static DateTimeOffset Utc(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)).Build();
}
