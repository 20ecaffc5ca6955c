namespace RagAspire.Diagnosis.Models;

/// <summary>The findings about the models; docs/diagnostics has a page for each.</summary>
internal static class ModelFindings
{
    public static IReadOnlyList<FindingDefinition> All { get; } =
    [
        new(ModelCodes.Unreachable, "The model server cannot be reached", FindingSeverity.Critical,
            "Without the chat model answers are the best sentences of the sources and say so; without the embedding model searches use words only, and the vectors of new documents wait.",
            "The server is down, or its address is wrong.",
            [
                "Start it (ollama serve, or its container); of a provider, read its status page.",
                "Compare ConnectionStrings__chat and ConnectionStrings__embeddings with its address.",
            ],
            ["RAG-D072", "RAG-D073", "RAG-D074", "RAG-D091", "RAG-D090"]),
        new(ModelCodes.Missing, "The server does not have the model", FindingSeverity.Critical,
            "Answers are extractive, or searches use words only and the vectors of new documents wait.",
            "The model was never installed or deployed, was removed, or its name is misspelt.",
            [
                "Install it (ollama pull NAME), start the server with it, or deploy it at the provider.",
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
                "Add a model server, let it work on more requests at once (OLLAMA_NUM_PARALLEL, --max-num-seqs of vLLM), or raise the limit of the provider.",
                "Use a smaller model, or lower Answers:MaxOutputTokens.",
            ],
            []),
        new(ModelCodes.Slow, "The model is slow", FindingSeverity.Warning,
            "Answers take long.",
            "The model runs on processors, is too large for the graphics memory, or its provider is busy.",
            [
                "See whether the whole model is in graphics memory; of a provider, compare its other models.",
                "Use a smaller or more strongly quantised model.",
                "Move other work away.",
            ],
            ["RAG-D073"]),
        new(ModelCodes.Failing, "The model server fails", FindingSeverity.Critical,
            "As when it cannot be reached: extractive answers, searches by words.",
            "The runner of the model has crashed, often for lack of memory; or a provider refuses the key or the rate.",
            [
                "Read the log of the server, or what the provider answers: the finding has it.",
                "Restart it; give it more memory or use a smaller model.",
            ],
            ["RAG-D072", "RAG-D074", "RAG-D091", "RAG-D090"]),
    ];
}
