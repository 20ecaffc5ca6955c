namespace RagAspire.Diagnosis.VectorIndex;

/// <summary>The findings about the vector index; docs/diagnostics has a page for each.</summary>
internal static class IndexFindings
{
    public static IReadOnlyList<FindingDefinition> All { get; } =
    [
        new(IndexCodes.Unreachable, "Qdrant cannot be reached", FindingSeverity.Critical,
            "Searches fall back to full text and say so; ingestion waits.",
            "Qdrant is down, overloaded, or its address is wrong.",
            [
                "Start Qdrant, or wait until it has loaded.",
                "Compare ConnectionStrings__vectors with its address; the port is that of gRPC, 6334.",
                "Look in its log for an out-of-memory kill.",
            ],
            ["RAG-D067", "RAG-D091", "RAG-D090", "RAG-D084"]),
        new(IndexCodes.Login, "Qdrant refuses the API key", FindingSeverity.Critical,
            "Searches fall back to full text, and ingestion waits.",
            "The key in the connection string is wrong or missing.",
            [
                "Set the key in ConnectionStrings__vectors and restart the services.",
            ],
            ["RAG-D067", "RAG-D091", "RAG-D090", "RAG-D084"]),
        new(IndexCodes.Red, "The Qdrant collection has failed", FindingSeverity.Critical,
            "Searches may miss documents or fail, and new ones are not indexed.",
            "The optimizer met a full disk, too little memory, or damaged files.",
            [
                "Read the optimizer's error in the collection's information.",
                "Free disk or memory and restart Qdrant.",
                "If it stays red: maintain index-rebuild, which fills a new collection from PostgreSQL.",
            ],
            ["RAG-D067"]),
        new(IndexCodes.Unindexed, "Many vectors of Qdrant are not indexed", FindingSeverity.Warning,
            "Searches compare with every vector of that share and get slower.",
            "The optimizer is behind, or its indexing threshold is too high.",
            [
                "Wait while the status is yellow.",
                "Run: maintain index-optimize, which sets the optimizer's thresholds.",
                "Give Qdrant more processors.",
            ],
            []),
        new(IndexCodes.Queue, "Qdrant's update queue grows", FindingSeverity.Warning,
            "New documents appear late in searches.",
            "Updates arrive faster than Qdrant applies them.",
            [
                "Lower Jobs:Workers until the queue is empty.",
                "Look at the disk of Qdrant.",
            ],
            ["RAG-D067"]),
        new(IndexCodes.RecoveryMode, "Qdrant runs in recovery mode", FindingSeverity.Critical,
            "Searches fall back to full text, and ingestion waits.",
            "It was started so after an out-of-memory loop (QDRANT__STORAGE__RECOVERY_MODE).",
            [
                "Remove what did not fit into memory, or give Qdrant more.",
                "Restart without the setting.",
            ],
            ["RAG-D067", "RAG-D091", "RAG-D090"]),
        new(IndexCodes.Missing, "The Qdrant collection does not exist", FindingSeverity.Critical,
            "Searches fall back to full text.",
            "The collection was deleted, or Qdrant lost its volume.",
            [
                "Compare Qdrant:Collection with the list.",
                "Fill it again from PostgreSQL: maintain index-rebuild.",
            ],
            ["RAG-D067"]),
        new(IndexCodes.OutOfStep, "The vector index is out of step with PostgreSQL", FindingSeverity.Warning,
            "Searches miss documents, or spend places on documents that are gone.",
            "Changes are not followed, or points were removed behind the product.",
            [
                "Wait a minute when documents are being ingested.",
                "Run: maintain index-reconcile, or index-rebuild.",
            ],
            []),
        new(IndexCodes.NotLoaded, "The index of a process is not loaded", FindingSeverity.Warning,
            "Its searches fall back to full text.",
            "PostgreSQL was not available at its start, or it has too little memory.",
            [
                "Check PostgreSQL.",
                "Look in the log of that process.",
            ],
            ["RAG-D067"]),
        new(IndexCodes.Slow, "Qdrant answers slowly", FindingSeverity.Warning,
            "Searches are slow.",
            "Qdrant is busy, swaps, or its disk is slow.",
            [
                "Look at processors, memory and disk of Qdrant's machine.",
            ],
            []),
    ];
}
