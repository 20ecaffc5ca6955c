namespace RagAspire.Diagnosis.Causes;

/// <summary>RAG-D120 to RAG-D139: where the time goes, and what traffic does.</summary>
internal static class CauseFindings
{
    public const string Model = "RAG-D120";
    public const string Index = "RAG-D121";
    public const string Database = "RAG-D122";
    public const string Embedding = "RAG-D123";
    public const string Ingestion = "RAG-D124";
    public const string HotRoute = "RAG-D125";
    public const string Flood = "RAG-D126";
    public const string Stampede = "RAG-D127";
    public const string RetryStorm = "RAG-D128";
    public const string Failing = "RAG-D129";
    public const string SlowRoute = "RAG-D130";

    public static IReadOnlyList<FindingDefinition> All { get; } =
    [
        new(Model, "Answers wait for the language model", FindingSeverity.Warning,
            "Users wait for answers; searches are not affected.",
            "The model is larger than its machine allows, is loaded again for each call, or gets more questions than it can answer.",
            [
                "See what the model server does: its log or metrics (ollama ps, /metrics of vLLM), its processor or graphics card.",
                "Choose a smaller model, or let the server work on more requests at once where there is memory (OLLAMA_NUM_PARALLEL, --max-num-seqs).",
                "Move the model to another machine or provider, or add a second one.",
            ],
            []),
        new(Index, "Searches wait for the vector index", FindingSeverity.Warning,
            "Searches and answers are slow.",
            "The index has grown beyond its memory, is being optimised, or shares a busy machine.",
            [
                "See the state of the index: the finding about the vector index, if there is one.",
                "Move the index to Qdrant, or give it more memory.",
            ],
            [SlowRoute]),
        new(Database, "Requests wait for the database", FindingSeverity.Warning,
            "Searches, answers and uploads are slow.",
            "Slow statements, locks, a slow disk, or too few connections.",
            [
                "See the findings about PostgreSQL: diagnose database.",
                "Show the slowest statements: pg_stat_statements.",
            ],
            [SlowRoute]),
        new(Embedding, "Searches wait for the embedding of the question", FindingSeverity.Warning,
            "Searches and answers are slow.",
            "The embedding model shares its machine with the language model or with ingestion.",
            [
                "See what the model server does: its log or metrics (ollama ps, /metrics of vLLM).",
                "Lower Jobs:Workers while users search, or serve embeddings from another machine.",
            ],
            [SlowRoute]),
        new(Ingestion, "Ingestion is slower than the uploads", FindingSeverity.Warning,
            "New documents become searchable late.",
            "One stage takes most of the time; the finding names it.",
            [
                "For embed, see the embedding model; for extract, see the size and type of the documents.",
                "Raise Jobs:Workers where processors are idle, or add a worker.",
            ],
            []),
        new(HotRoute, "One route gets most of the requests", FindingSeverity.Warning,
            "The other routes become slow too, because they share processors and connections.",
            "A client polls, a page asks in a loop, or a new use began.",
            ["See who calls: rag_api_requests_total by key and route.", "Ask the client to wait between calls, or add a replica."],
            [SlowRoute, Failing, Database, Index, Embedding]),
        new(Flood, "One key sends most of the requests", FindingSeverity.Warning,
            "Other users wait or are refused.",
            "A loop or a load test with this key, or a leaked key.",
            [
                "See what the key calls: rag_api_requests_total by route.",
                "Lower the limits of section Limits, or revoke the key: DELETE /api/v1/operations/api-keys/ID.",
            ],
            [HotRoute, SlowRoute, Failing, Database, Index, Embedding, Model]),
        new(Stampede, "The cache has lost its entries", FindingSeverity.Warning,
            "Everything that was cached is computed at once: models, index and database get the whole load.",
            "Redis was restarted or emptied, evicts, or all entries expired together.",
            ["See the findings about Redis.", "Wait until the cache is warm, or let clients in step by step."],
            [SlowRoute, Database, Index, Embedding, Model]),
        new(RetryStorm, "Failed requests are repeated in a storm", FindingSeverity.Critical,
            "The repeated requests keep what failed from recovering.",
            "Clients repeat at once and without limit what fails.",
            [
                "Mend what fails: see the other findings.",
                "Let clients wait longer after each failure and obey Retry-After.",
            ],
            [Failing, SlowRoute]),
        new(Failing, "Requests fail", FindingSeverity.Critical,
            "Users get errors.",
            "A store or a model is away; another finding usually says which.",
            ["See the other findings.", "Search the log for the trace id that a failed response carries."],
            []),
        new(SlowRoute, "A route is slow", FindingSeverity.Warning,
            "Users wait.",
            "Another finding or the table of stages says where the time goes.",
            ["See the stages of this report.", "Show the slowest traces of the route."],
            []),
    ];
}
