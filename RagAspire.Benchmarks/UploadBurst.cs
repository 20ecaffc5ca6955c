using System.Diagnostics;
using System.Globalization;
using System.Net;
using Npgsql;

namespace RagAspire.Benchmarks;

/// <summary>
/// <c>uploads</c>: many large files at once by one key. What is refused for now is sent again, as a client should. Prints the
/// highest memory of the API and of PostgreSQL.
/// </summary>
internal sealed class UploadBurst(TextWriter output)
{
    private const string Usage = "Usage: uploads [--count <number>] [--mib <number>]";
    private const int BufferBytes = 1 << 16;

    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(200);

    /// <returns>The exit code: 1 when a file was lost.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--count", "--mib");
        var (count, mebibytes) = ((int)(read?.Number("--count", 50) ?? 0), (int)(read?.Number("--mib", 60) ?? 0));
        if (count < 1 || mebibytes < 1)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await using var system = await PrivateSystem.StartAsync(durable: true, cancellationToken);
        var process = await system.StartAsync("RagAspire.Api", [], cancellationToken);
        using var api = PrivateSystem.ClientOf(process);
        api.Timeout = TimeSpan.FromMinutes(10);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(process.ProcessId, system.DatabaseProcess!.Value, over.Token);
        var watch = Stopwatch.StartNew();
        var refusals = await Task.WhenAll(Enumerable.Range(0, count).Select(
            number => SendAsync(api, number, (long)mebibytes << 20, cancellationToken)));
        var took = watch.Elapsed;
        await over.CancelAsync();
        var (apiBytes, databaseBytes) = await watching;
        await using var database = NpgsqlDataSource.Create(system.Database);
        await using var stored = database.CreateCommand("select count(*) from documents");
        var documents = (long)(await stored.ExecuteScalarAsync(cancellationToken))!;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{count} uploads of {mebibytes} MiB at once in {took.TotalSeconds:0.0} s ({count * mebibytes / took.TotalSeconds:0} MiB/s), "
            + $"{refusals.Sum()} refused for now, {documents} stored"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"highest memory: API {apiBytes >> 20} MiB, PostgreSQL {databaseBytes >> 20} MiB beside its shared buffers"));
        return documents == count ? 0 : 1;
    }

    /// <returns>How often it was refused for now.</returns>
    private static async Task<int> SendAsync(HttpClient api, int number, long bytes, CancellationToken cancellationToken)
    {
        for (var refusals = 0; ; refusals++)
        {
            using var content = new GeneratedFile(number, bytes);
            using var form = new MultipartFormDataContent { { content, "file", $"{number}.txt" } };
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/documents") { Content = form };
            request.Headers.ExpectContinue = true;
            using var response = await api.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Accepted)
            {
                return refusals;
            }

            if (response.StatusCode != HttpStatusCode.TooManyRequests)
            {
                var reason = await response.Content.ReadAsStringAsync(cancellationToken);
                throw new HttpRequestException(reason, null, response.StatusCode);
            }

            await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private static async Task<(long Api, long Database)> WatchAsync(int api, int database, CancellationToken cancellationToken)
    {
        var (highestApi, highestDatabase) = (0L, 0L);
        while (!cancellationToken.IsCancellationRequested)
        {
            highestApi = Math.Max(highestApi, ProcessFigures.OwnBytes(api));
            highestDatabase = Math.Max(highestDatabase, ProcessFigures.OwnBytesWithChildren(database));
            await Task.Delay(SampleInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (highestApi, highestDatabase);
    }

    /// <summary>A file that is made while it is sent, so that the client's memory is not what is measured.</summary>
    private sealed class GeneratedFile(int number, long bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var buffer = new byte[BufferBytes];
            Array.Fill(buffer, (byte)'x');
            for (var sent = 0L; sent < bytes; sent += buffer.Length)
            {
                System.Text.Encoding.ASCII.GetBytes($"{number} {sent} ", buffer);
                await stream.WriteAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes - sent)));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes;
            return true;
        }
    }
}
