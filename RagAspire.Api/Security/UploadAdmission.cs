using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using RagAspire.Security;

namespace RagAspire.Api.Security;

/// <summary>Bounds the bytes of the uploads that are received at once, for each key and for the process.</summary>
/// <remarks>They are files on disk until they are stored, so that without a bound a burst could fill it.</remarks>
public sealed class UploadAdmission : IDisposable
{
    /// <summary>Limits are counted in units, because the limiter counts in 32 bits.</summary>
    private const int UnitBytes = 1 << 10;

    /// <summary>A small upload costs a connection of the database as well, so it counts as much as this.</summary>
    private const long LeastBytes = 4 << 20;

    private readonly LimitOptions _limits;
    private readonly int _most;
    private readonly PartitionedRateLimiter<string> _limiter;
    private readonly ApiMetrics _metrics;

    public UploadAdmission(IOptions<LimitOptions> options, ApiMetrics metrics)
    {
        (_limits, _metrics) = (options.Value, metrics);
        var (perKey, all) = (Units(_limits.UploadBytesAtOncePerKey), Units(_limits.UploadBytesAtOnce));
        _most = Math.Min(perKey, all);
        _limiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<string, string>(
                key => RateLimitPartition.GetConcurrencyLimiter(key, _ => Limit(perKey))),
            PartitionedRateLimiter.Create<string, int>(_ => RateLimitPartition.GetConcurrencyLimiter(0, _ => Limit(all))));
    }

    /// <summary>Counts an upload until the result is disposed. One is always taken, whatever its size and the limits.</summary>
    /// <param name="declared">The length of the body; null when the client does not tell it.</param>
    /// <exception cref="BadHttpRequestException">429: too many uploads at once.</exception>
    public IDisposable Admit(Caller caller, long? declared)
    {
        var largest = Math.Max(LeastBytes, _limits.UploadBytes + UploadReader.Overhead);
        var bytes = Math.Clamp(declared ?? largest, LeastBytes, largest);
        var place = _limiter.AttemptAcquire(caller.Id, Math.Min(Units(bytes), _most));
        if (place.IsAcquired)
        {
            return place;
        }

        place.Dispose();
        _metrics.Refused(RefusalLimits.Uploads);
        throw new BadHttpRequestException(
            "Too many uploads are being received at once: wait for the seconds in Retry-After.",
            StatusCodes.Status429TooManyRequests);
    }

    public void Dispose() => _limiter.Dispose();

    private static int Units(long bytes) => (int)Math.Clamp((bytes + UnitBytes - 1) / UnitBytes, 1, int.MaxValue);

    private static ConcurrencyLimiterOptions Limit(int units) => new() { PermitLimit = units, QueueLimit = 0 };
}
