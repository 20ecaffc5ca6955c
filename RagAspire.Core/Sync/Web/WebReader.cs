using System.Net;
using RagAspire.Database;
using RagAspire.Documents.Intake;
using RagAspire.Outbound;

namespace RagAspire.Sync.Web;

/// <summary>A page that was read.</summary>
/// <param name="Content">Its bytes, on disk.</param>
/// <param name="Address">Where it was found, after redirects.</param>
internal sealed record WebPage(FileStream Content, Uri Address, string? ContentType, string? Tag);

/// <summary>
/// Reads pages one after another: politely, within limits of bytes and time, and only where robots.txt and
/// <see cref="GuardedConnection"/> let it. Every redirect is checked like the first address.
/// </summary>
internal sealed class WebReader(GuardedConnection connection, SyncOptions options, TimeProvider time) : IDisposable
{
    private const int MaxRedirects = 5;
    private const long MaxRobotBytes = 512 << 10;

    private readonly HttpClient _client = new(connection.CreateHandler(options.AllowPrivateAddresses))
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly Dictionary<string, RobotRules> _robots = [];
    private long _bytes;

    /// <param name="tag">Of the version that is known; null for none.</param>
    /// <param name="limit">More bytes are cut off after one, so that the receiver sees that it is too much.</param>
    /// <returns>Null when nothing has changed since the tag.</returns>
    /// <exception cref="SourceFileException">The page cannot be read now.</exception>
    /// <exception cref="SourceFileGoneException">The server says that there is no such page.</exception>
    /// <exception cref="RefusedFileException">robots.txt forbids the page.</exception>
    /// <exception cref="SourceUnavailableException">The limit of a run is reached.</exception>
    public async Task<WebPage?> ReadAsync(Uri address, string? tag, long limit, CancellationToken cancellationToken)
    {
        await Task.Delay(options.PagePause, time, cancellationToken);
        return await WithinTimeAsync(
            async stop =>
            {
                using var answer = await FollowAsync(address, tag, checkRobots: true, stop);
                return answer.Response.StatusCode switch
                {
                    HttpStatusCode.NotModified when tag is not null => null,
                    HttpStatusCode.NotFound or HttpStatusCode.Gone =>
                        throw new SourceFileGoneException($"{address} answers {(int)answer.Response.StatusCode}."),
                    _ when answer.Response.IsSuccessStatusCode => await KeepAsync(answer, limit, stop),
                    var status => throw new SourceFileException($"It answers {(int)status}."),
                };
            },
            cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async Task<T> WithinTimeAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(options.PageTimeout);
        try
        {
            return await work(limited.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SourceFileException($"It takes longer than {options.PageTimeout}.");
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException && !DiskSpace.IsExhausted(ex))
        {
            throw new SourceFileException(GuardedConnection.Reason(ex), ex);
        }
    }

    /// <summary>The answer after all redirects; its body is not read yet.</summary>
    private async Task<Answer> FollowAsync(Uri address, string? tag, bool checkRobots, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            if (checkRobots && !(await RobotsAsync(address, cancellationToken)).Allow(address.PathAndQuery))
            {
                throw new RefusedFileException(FileFault.Unsupported, $"robots.txt of {address.Authority} forbids it.");
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation("User-Agent", $"{options.UserAgent}/1.0");
            WebTag.AddTo(request, tag);
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!IsRedirect(response))
            {
                return new Answer(response, address);
            }

            using (response)
            {
                var target = new Uri(address, response.Headers.Location!);
                address = target is { Scheme: "http" or "https", UserInfo.Length: 0 } ? target
                    : throw new SourceFileException("It redirects to something that is no address of the web.");
            }
        }

        throw new SourceFileException($"It redirects more than {MaxRedirects} times.");
    }

    private static bool IsRedirect(HttpResponseMessage response) => response.Headers.Location is not null
        && (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;

    private async Task<RobotRules> RobotsAsync(Uri address, CancellationToken cancellationToken)
    {
        var origin = address.GetLeftPart(UriPartial.Authority);
        if (_robots.TryGetValue(origin, out var known))
        {
            return known;
        }

        using var answer = await FollowAsync(new Uri($"{origin}/robots.txt"), tag: null, checkRobots: false, cancellationToken);
        if ((int)answer.Response.StatusCode is >= 400 and < 500)
        {
            return _robots[origin] = RobotRules.None;
        }

        if (!answer.Response.IsSuccessStatusCode)
        {
            throw new SourceFileException($"robots.txt of {address.Authority} answers {(int)answer.Response.StatusCode}.");
        }

        var page = await KeepAsync(answer, MaxRobotBytes, cancellationToken);
        using var reader = new StreamReader(page.Content);
        return _robots[origin] = RobotRules.Parse(await reader.ReadToEndAsync(cancellationToken), options.UserAgent);
    }

    private async Task<WebPage> KeepAsync(Answer answer, long limit, CancellationToken cancellationToken)
    {
        var file = TemporaryFile.CreateUnnamed();
        try
        {
            await using var body = await answer.Response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[1 << 16];
            int read;
            while (file.Length <= limit && (read = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                Count(read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            await file.FlushAsync(cancellationToken);
            file.Position = 0;
            return new WebPage(
                file, answer.Address, answer.Response.Content.Headers.ContentType?.MediaType, WebTag.Of(answer.Response));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private void Count(int read)
    {
        _bytes += read;
        if (_bytes > options.MaxWebBytes)
        {
            throw new SourceUnavailableException($"The run took more than {options.MaxWebBytes} bytes (Sync:MaxWebBytes).");
        }
    }

    private sealed record Answer(HttpResponseMessage Response, Uri Address) : IDisposable
    {
        public void Dispose() => Response.Dispose();
    }
}
