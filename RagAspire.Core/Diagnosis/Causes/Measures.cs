using System.Collections.Frozen;

namespace RagAspire.Diagnosis.Causes;

/// <summary>All measures that are read over time.</summary>
internal static class Measures
{
    public static readonly Measure Answers = new("rag_answer_duration_seconds", MeasureKind.Rate);
    public static readonly Measure AnswersBusy = Answers with { Kind = MeasureKind.Busy };
    public static readonly Measure AnswersP95 = Answers with { Kind = MeasureKind.P95 };
    public static readonly Measure ModelBusy = new("rag_llm_response_duration_seconds", MeasureKind.Busy);
    public static readonly Measure ModelP95 = ModelBusy with { Kind = MeasureKind.P95 };
    public static readonly Measure Searches = new("rag_search_duration_seconds", MeasureKind.Rate);
    public static readonly Measure SearchesBusy = Searches with { Kind = MeasureKind.Busy };
    public static readonly Measure SearchesP95 = Searches with { Kind = MeasureKind.P95 };
    public static readonly Measure IndexBusy = new("rag_vector_search_duration_seconds", MeasureKind.Busy);
    public static readonly Measure IndexP95 = IndexBusy with { Kind = MeasureKind.P95 };

    public static readonly Measure EmbeddingBusy = new(
        "gen_ai_client_operation_duration_seconds", MeasureKind.Busy, Where: "gen_ai_operation_name=\"embeddings\"");

    public static readonly Measure EmbeddingP95 = EmbeddingBusy with { Kind = MeasureKind.P95 };
    public static readonly Measure DatabaseBusy = new("db_client_operation_duration_seconds", MeasureKind.Busy);
    public static readonly Measure DatabaseP95 = DatabaseBusy with { Kind = MeasureKind.P95 };
    public static readonly Measure Requests = new("http_server_request_duration_seconds", MeasureKind.Rate, "http_route");
    public static readonly Measure RequestsBusy = Requests with { Kind = MeasureKind.Busy };
    public static readonly Measure RequestsP95 = Requests with { Kind = MeasureKind.P95 };
    public static readonly Measure Responses = Requests with { By = "http_response_status_code" };
    public static readonly Measure Active = new("http_server_active_requests", MeasureKind.Gauge, IsHistogram: false);
    public static readonly Measure ByKey = new("rag_api_requests_total", MeasureKind.Rate, "key", IsHistogram: false);
    public static readonly Measure CacheLookUps = new("rag_cache_requests_total", MeasureKind.Rate, "result", IsHistogram: false);
    public static readonly Measure StagesBusy = new("rag_ingestion_stage_duration_seconds", MeasureKind.Busy, "stage", IsOfApi: false);

    public static readonly Measure OldestDocument = new(
        "rag_ingestion_oldest_pending_seconds", MeasureKind.State, IsHistogram: false, IsOfApi: false);

    public static readonly Measure QueueDepth = OldestDocument with { Metric = "rag_ingestion_queue_depth" };

    // A storm of the worker keeps the same servers from recovering.
    public static readonly Measure Calls = new(
        "http_client_request_duration_seconds", MeasureKind.Rate, "server_address", IsOfApi: false);

    public static readonly Measure CallErrors = Calls with { By = "error_type" };

    public static readonly Measure CallsAtOnce = new(
        "http_client_active_requests", MeasureKind.Gauge, "server_port", IsHistogram: false, IsOfApi: false);

    public static readonly Measure TokensWritten = new(
        "gen_ai_client_token_usage", MeasureKind.Busy, Where: "gen_ai_token_type=\"output\"", IsOfApi: false);

    /// <summary>Those that the analysis of causes reads.</summary>
    public static readonly IReadOnlyList<Measure> All =
    [
        Answers, AnswersBusy, AnswersP95, ModelBusy, ModelP95, Searches, SearchesBusy, SearchesP95, IndexBusy, IndexP95,
        EmbeddingBusy, EmbeddingP95, DatabaseBusy, DatabaseP95, Requests, RequestsBusy, RequestsP95, Responses, Active, ByKey,
        CacheLookUps, StagesBusy, OldestDocument, QueueDepth, Calls, CallErrors,
    ];

    /// <summary>The metrics behind all measures.</summary>
    public static readonly FrozenSet<string> Metrics =
        All.Append(CallsAtOnce).Append(TokensWritten).Select(measure => measure.Metric).ToFrozenSet();
}
