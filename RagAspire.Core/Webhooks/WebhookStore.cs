using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Webhooks;

/// <summary>The state of a delivery.</summary>
[JsonConverter(typeof(EnumWordConverter<DeliveryStatus>))]
public enum DeliveryStatus
{
    Waiting,
    Delivered,

    /// <summary>It was given up.</summary>
    Failed,
}

/// <summary>An event on its way to one webhook.</summary>
/// <param name="EventId">The id that the receiver sees; the same in every attempt.</param>
/// <param name="Type">Of the event, such as <c>document.ready</c>.</param>
/// <param name="ResponseStatus">What the receiver answered last; null when it did not.</param>
/// <param name="Error">Why the last attempt failed.</param>
public sealed record WebhookDelivery(
    Guid Id,
    string Webhook,
    Guid EventId,
    string Type,
    DeliveryStatus Status,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? FinishedAt,
    int? ResponseStatus,
    string? Error)
{
    /// <summary>What is posted.</summary>
    [JsonIgnore]
    public string Body { get; init; } = "";
}

/// <summary>Which deliveries to list.</summary>
/// <param name="Before">The last id of the previous page; null for the newest ones.</param>
public sealed record DeliveryFilter(string? Webhook, DeliveryStatus? Status, Guid? Before, int Limit);

/// <summary>Events and their deliveries. A row waits until it is delivered or given up, whichever process dies.</summary>
public sealed class WebhookStore(NpgsqlDataSource dataSource)
{
    private const int Batch = 100;

    private const string Columns = """
        id, webhook, event_id, type, status, attempts, created_at, next_attempt_at, finished_at, response_status, error, body
        """;

    /// <summary>Turns events into a delivery for each webhook that wants them, in one transaction.</summary>
    /// <returns>The number of events.</returns>
    public async Task<int> DistributeAsync(IDictionary<string, Webhook> webhooks, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var events = await connection.Command("""
            delete from webhook_events where seq in (
                select seq from webhook_events order by seq limit $1 for update skip locked)
            returning seq, id, type, at, data::text
            """, Batch).ListAsync(
            row => (Seq: row.GetInt64(0), Id: row.GetGuid(1), Type: row.GetString(2), At: row.GetFieldValue<DateTimeOffset>(3),
                Data: row.GetString(4)), cancellationToken);
        foreach (var (_, id, type, at, data) in events.OrderBy(one => one.Seq))
        {
            foreach (var name in webhooks.Where(webhook => webhook.Value.Wants(type)).Select(webhook => webhook.Key))
            {
                await connection.Command("""
                    insert into webhook_deliveries (id, webhook, event_id, type, body, created_at) values ($1, $2, $3, $4, $5, $6)
                    on conflict do nothing
                    """, Guid.CreateVersion7(), name, id, type, BodyOf(id, type, at, data), at).ExecuteAsync(cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return events.Count;
    }

    /// <summary>Claims deliveries of one webhook whose time has come. A claim that is not ended expires.</summary>
    public Task<List<WebhookDelivery>> ClaimAsync(
        string webhook, int limit, TimeSpan duration, CancellationToken cancellationToken) => dataSource.Command($"""
        update webhook_deliveries set attempts = attempts + 1, claimed_until = now() + $3::interval where id in (
            select id from webhook_deliveries
            where webhook = $1 and status = 'waiting' and next_attempt_at <= now()
                and (claimed_until is null or claimed_until < now())
            order by next_attempt_at limit $2 for update skip locked)
        returning {Columns}
        """, webhook, limit, duration).ListAsync(Read, cancellationToken);

    /// <summary>Stores how an attempt ended, unless its claim has expired and another attempt was made.</summary>
    /// <param name="error">Null when the event was delivered.</param>
    /// <param name="retryAfter">The pause before the next attempt; null for none.</param>
    public Task<int> EndAsync(
        WebhookDelivery claimed, int? responseStatus, string? error, TimeSpan? retryAfter, CancellationToken cancellationToken) =>
        dataSource.Command("""
            update webhook_deliveries set claimed_until = null, response_status = $3::integer, error = $4::text,
                status = case when $4::text is null then 'delivered' when $5::interval is null then 'failed' else status end,
                finished_at = case when $5::interval is null then now() end,
                next_attempt_at = now() + coalesce($5::interval, interval '0')
            where id = $1 and attempts = $2 and status = 'waiting'
            """, claimed.Id, claimed.Attempts, responseStatus, error, retryAfter).ExecuteAsync(cancellationToken);

    /// <summary>Gives up what waits for webhooks that are not configured any more, also not in another process.</summary>
    public Task<int> AbandonAsync(IEnumerable<string> configured, CancellationToken cancellationToken) => dataSource.Command("""
        update webhook_deliveries set status = 'failed', finished_at = now(), error = 'The webhook is not configured any more.'
        where status = 'waiting' and not (webhook = any($1)) and next_attempt_at < now() - interval '1 hour'
        """, (object)configured.ToArray()).ExecuteAsync(cancellationToken);

    /// <summary>The age in seconds of the oldest event that each webhook has not taken.</summary>
    public async Task<IReadOnlyDictionary<string, double>> OldestAsync(CancellationToken cancellationToken) =>
        (await dataSource.Command("""
            select webhook, extract(epoch from now() - min(created_at))::float8 from webhook_deliveries
            where status = 'waiting' group by webhook
            """).ListAsync(row => (Webhook: row.GetString(0), Seconds: row.GetDouble(1)), cancellationToken))
            .ToDictionary(oldest => oldest.Webhook, oldest => oldest.Seconds);

    /// <summary>Writes an event, once for its mark.</summary>
    public Task<int> MarkAsync(string mark, string type, object data, CancellationToken cancellationToken) => dataSource.Command("""
        with marked as (insert into webhook_marks (mark) values ($1) on conflict do nothing returning mark)
        insert into webhook_events (type, data) select $2, $3 from marked
        """, mark, type, Commands.Jsonb(data, JsonSerializerOptions.Web)).ExecuteAsync(cancellationToken);

    /// <summary>A page of deliveries, the newest first.</summary>
    public async Task<Page<WebhookDelivery>> ListAsync(DeliveryFilter filter, CancellationToken cancellationToken)
    {
        var rows = await dataSource.Command($"""
            select {Columns} from webhook_deliveries
            where ($1::text is null or webhook = $1) and ($2::text is null or status = $2) and ($3::uuid is null or id < $3)
            order by id desc limit $4
            """, filter.Webhook, filter.Status?.Word(), filter.Before, filter.Limit + 1).ListAsync(Read, cancellationToken);
        return Page.From(rows, filter.Limit, delivery => delivery.Id.ToString());
    }

    private static string BodyOf(Guid id, string type, DateTimeOffset at, string data) => new JsonObject
    {
        ["id"] = id,
        ["type"] = type,
        ["timestamp"] = at,
        ["data"] = JsonNode.Parse(data),
    }.ToJsonString();

    private static WebhookDelivery Read(NpgsqlDataReader row)
    {
        var status = EnumWords.Read<DeliveryStatus>(row.Field<string>("status"));
        return new WebhookDelivery(
            row.Field<Guid>("id"),
            row.Field<string>("webhook"),
            row.Field<Guid>("event_id"),
            row.Field<string>("type"),
            status,
            row.Field<int>("attempts"),
            row.Field<DateTimeOffset>("created_at"),
            status == DeliveryStatus.Waiting ? row.Field<DateTimeOffset>("next_attempt_at") : null,
            row.Nullable<DateTimeOffset?>("finished_at"),
            row.Nullable<int?>("response_status"),
            row.Nullable<string>("error"))
        {
            Body = row.Field<string>("body"),
        };
    }
}
