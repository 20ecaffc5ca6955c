using RagAspire.Diagnosis;

namespace RagAspire.Tests.Diagnosis;

public sealed class CounterHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly CounterHistory _counters = new();

    [Fact]
    public void What_grew_before_the_window_is_over()
    {
        Assert.Null(Read(0, 500));
        Assert.Equal(40, Read(30, 540)!.By[0]);
        Assert.Equal(40, Read(60, 540)!.By[0]);
        Assert.Equal(0, Read(91, 540)!.By[0]);
    }

    [Fact]
    public void The_first_reading_counts_where_the_counters_began_within_the_window()
    {
        Assert.Equal(7, Read(0, 7, began: Start)!.By[0]);
        Assert.Equal(0, Read(130, 7, began: Start)!.By[0]);
    }

    [Fact]
    public void A_reset_within_the_window_counts_from_the_reset()
    {
        Assert.Null(Read(0, 500));
        var growth = Read(30, 3)!;
        Assert.Equal((Start, 3), (growth.Since, growth.By[0]));
    }

    [Fact]
    public void A_size_that_has_shrunk_was_not_reset()
    {
        Assert.Null(_counters.ReadSize("size", new DiagnosisWindow(Start.AddHours(-1), Start), 500));
        var growth = _counters.ReadSize("size", new DiagnosisWindow(Start, Start.AddHours(1)), 400)!;
        Assert.Equal((Start, -100), (growth.Since, growth.By[0]));
    }

    [Fact]
    public void A_burst_is_not_projected_to_an_hour_and_a_day_is_shared_out()
    {
        var window = new DiagnosisWindow(Start, Start.AddDays(1));
        Assert.Equal(100, CounterHistory.PerHour(new CounterGrowth(Start.AddDays(1).AddMinutes(-1), [100]), window));
        Assert.Equal(4, CounterHistory.PerHour(new CounterGrowth(Start, [96]), window));
    }

    private CounterGrowth? Read(int minute, double value, DateTimeOffset? began = null) => _counters.Read(
        "counter", new DiagnosisWindow(Start.AddMinutes(minute - 60), Start.AddMinutes(minute)), began, value);
}
