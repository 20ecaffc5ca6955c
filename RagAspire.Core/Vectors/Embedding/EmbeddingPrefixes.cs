namespace RagAspire.Vectors.Embedding;

/// <summary>The prefixes of documents and questions that models were trained with.</summary>
internal sealed record EmbeddingPrefixes(string Document, string Query)
{
    private static readonly EmbeddingPrefixes None = new("", "");

    /// <summary>By a part of the model's name; the first that fits. From the models' own cards.</summary>
    private static readonly (string NamePart, EmbeddingPrefixes Prefixes)[] Known =
    [
        ("nomic-embed-text", new("search_document: ", "search_query: ")),
        ("embeddinggemma", new("title: none | text: ", "task: search result | query: ")),
        ("mxbai-embed", new("", "Represent this sentence for searching relevant passages: ")),
        ("snowflake-arctic-embed2", new("", "query: ")),
        ("snowflake-arctic-embed", new("", "Represent this sentence for searching relevant passages: ")),
        ("e5-mistral", new("", "Instruct: Given a question, retrieve passages that answer it\nQuery: ")),
        ("qwen3-embedding", new("", "Instruct: Given a question, retrieve passages that answer it\nQuery: ")),
        ("multilingual-e5-large-instruct", new("", "Instruct: Given a question, retrieve passages that answer it\nQuery: ")),
        ("e5-", new("passage: ", "query: ")),
        ("bge-m3", None),
        ("bge-", new("", "Represent this sentence for searching relevant passages: ")),
    ];

    /// <summary>The prefixes from the options, else the known ones of the model, else none.</summary>
    public static EmbeddingPrefixes For(string model, EmbeddingOptions options)
    {
        var known = Known.FirstOrDefault(entry => model.Contains(entry.NamePart, StringComparison.OrdinalIgnoreCase)).Prefixes
            ?? None;
        return new EmbeddingPrefixes(options.DocumentPrefix ?? known.Document, options.QueryPrefix ?? known.Query);
    }
}
