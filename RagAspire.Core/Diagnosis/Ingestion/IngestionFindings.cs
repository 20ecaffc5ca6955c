namespace RagAspire.Diagnosis.Ingestion;

/// <summary>The findings about ingestion; docs/diagnostics has a page for each.</summary>
internal static class IngestionFindings
{
    public static IReadOnlyList<FindingDefinition> All { get; } =
    [
        new(IngestionCodes.Waiting, "Documents wait to be processed", FindingSeverity.Warning,
            "It cannot be found yet.",
            "No worker, a long queue, or a store or model that processing waits for.",
            [
                "See which stage it waits in and its error.",
                "Start or add a worker.",
            ],
            []),
        new(IngestionCodes.Embedding, "Chunks have no embedding", FindingSeverity.Warning,
            "They are found by their words only.",
            "The embedding model was away or was changed.",
            [
                "Check the embedding model.",
                "Embed them: maintain index-rebuild with the new model, or retry the documents.",
            ],
            []),
        new(IngestionCodes.Failing, "Documents fail", FindingSeverity.Warning,
            "They cannot be found.",
            "The files are damaged or of a kind that cannot be read, or a dependency fails.",
            [
                "Look at the reasons: files that cannot be read have to be replaced.",
                "After a repair: POST /api/v1/documents/ID/retry.",
            ],
            []),
        new(IngestionCodes.Poison, "A document fails again and again", FindingSeverity.Warning,
            "It costs a worker's time with each attempt and may take the worker with it.",
            "The document makes the extractor crash or run into its limits.",
            [
                "Look at the file and its error.",
                "Delete the document, or raise Extraction:MemoryMegabytes or Extraction:TimeLimit.",
            ],
            ["RAG-D090", "RAG-D084"]),
        new(IngestionCodes.Lease, "Processing of a document was abandoned", FindingSeverity.Warning,
            "The document stays in processing.",
            "The worker that had it died, and no other runs.",
            [
                "Start a worker: it takes abandoned documents over.",
            ],
            ["RAG-D090"]),
    ];
}
