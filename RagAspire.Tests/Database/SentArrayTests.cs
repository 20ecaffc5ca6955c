using Npgsql;
using RagAspire.Database;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Database;

public sealed class SentArrayTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Arrays_are_read_as_PostgreSQL_sends_them()
    {
        int[] integers = [0, 1, -1, int.MinValue, int.MaxValue, 0x01020304];
        float[] reals = [0, -0f, 1.5f, float.Epsilon, float.MaxValue, float.NegativeInfinity, float.NaN];

        Assert.Equal(integers, SentArray.Read<int>(await SentAsync("$1::integer[]", integers)));
        Assert.Equal(uint.MaxValue, Assert.Single(SentArray.Read<uint>(await SentAsync("$1::integer[]", new[] { -1 }))));
        Assert.Equal(reals, SentArray.Read<float>(await SentAsync("$1::real[]", reals)));
        Assert.Empty(SentArray.Read<int>(await SentAsync("$1::integer[]", Array.Empty<int>())));
    }

    [Theory]
    [InlineData("array[1, null, 3]")]
    [InlineData("array[[1, 2], [3, 4]]")]
    [InlineData("array[1, 2]::bigint[]")]
    public async Task An_array_of_something_else_is_no_array_of_numbers(string array)
    {
        var sent = await SentAsync(array);

        Assert.Throws<InvalidDataException>(() => SentArray.Read<int>(sent));
    }

    private async Task<byte[]> SentAsync(string array, params object[] values)
    {
        await using var dataSource = NpgsqlDataSource.Create(await stores.CreateMigratedAsync());
        return (await dataSource.Command($"select array_send({array})", values).ScalarAsync<byte[]>(Token))!;
    }
}
