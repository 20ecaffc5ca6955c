namespace RagAspire.Diagnosis.Models;

/// <summary>The findings about the models; docs/diagnostics has a page for each.</summary>
internal static class ModelFindings
{
    public static IReadOnlyList<FindingDefinition> All { get; } =
    [
        new(ModelCodes.Unreachable, "The model server cannot be reached", FindingSeverity.Critical,
            "Without the chat model answers are the best sentences of the sources and say so; without the embedding model searches use words only and ingestion waits.",
            "The server is down, or its address is wrong.",
            [
                "Start it (ollama serve, or its container).",
                "Compare ConnectionStrings__chat and ConnectionStrings__embeddings with its address.",
            ],
            ["RAG-D072", "RAG-D073", "RAG-D074", "RAG-D091", "RAG-D090"]),
        new(ModelCodes.Missing, "A model is not installed", FindingSeverity.Critical,
            "Answers are extractive, or searches use words only and ingestion waits.",
            "The model was never pulled, was removed, or its name is misspelt.",
            [
                "Pull it: ollama pull NAME.",
                "Compare the name in ConnectionStrings__chat or ConnectionStrings__embeddings.",
            ],
            ["RAG-D072", "RAG-D091", "RAG-D090"]),
        new(ModelCodes.Cold, "The model is unloaded between answers", FindingSeverity.Warning,
            "The next question waits until it is loaded, for seconds to a minute.",
            "The server unloads it early: its keep-alive is short, or another model needs the memory.",
            [
                "Set OLLAMA_KEEP_ALIVE=24h on the server.",
                "Use fewer or smaller models, or set OLLAMA_MAX_LOADED_MODELS.",
            ],
            ["RAG-D074"]),
        new(ModelCodes.Queue, "Requests wait for the model", FindingSeverity.Warning,
            "Answers begin late or run into their time limit.",
            "Questions arrive faster than the model answers.",
            [
                "Add a model server, or set OLLAMA_NUM_PARALLEL.",
                "Use a smaller model, or lower Answers:MaxOutputTokens.",
            ],
            []),
        new(ModelCodes.Slow, "The model is slow", FindingSeverity.Warning,
            "Answers take long.",
            "The model runs on processors, or is too large for the graphics memory.",
            [
                "See whether the whole model is in graphics memory.",
                "Use a smaller or more strongly quantised model.",
                "Move other work away.",
            ],
            ["RAG-D073"]),
        new(ModelCodes.Failing, "The model server fails", FindingSeverity.Critical,
            "As when it cannot be reached: extractive answers, searches by words.",
            "The runner of the model has crashed, often for lack of memory.",
            [
                "Read the log of the server.",
                "Restart it; give it more memory or use a smaller model.",
            ],
            ["RAG-D072", "RAG-D074", "RAG-D091", "RAG-D090"]),
    ];
}
