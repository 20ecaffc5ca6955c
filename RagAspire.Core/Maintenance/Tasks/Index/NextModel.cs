using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OllamaSharp;
using RagAspire.Models;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>The embedding model to switch to, which the connection string <c>embeddings-next</c> names.</summary>
public sealed class NextModel(IConfiguration configuration, IOptions<ModelServerOptions> servers)
{
    /// <summary>The connection string's name; its form is that of <c>embeddings</c>.</summary>
    public const string Name = "embeddings-next";

    /// <returns>The model, and its connection, which the caller disposes; null without such a connection string.</returns>
    /// <exception cref="MaintenanceException">The connection string is invalid.</exception>
    internal (IEmbeddingGenerator<string, Embedding<float>> Generator, HttpClient Connection)? Connect()
    {
        // Shells do not allow a hyphen in the name of a variable.
        var text = configuration.GetConnectionString(Name) ?? configuration.GetConnectionString(Name.Replace('-', '_'));
        return string.IsNullOrEmpty(text) ? null : Connect(Parse(text));
    }

    private static ModelConnection Parse(string text)
    {
        try
        {
            return ModelConnection.Parse(Name, text);
        }
        catch (ModelConnectionException ex)
        {
            throw new MaintenanceException(ex.Message, ex);
        }
    }

    private (IEmbeddingGenerator<string, Embedding<float>> Generator, HttpClient Connection) Connect(ModelConnection connection)
    {
        // The time limit is that of the embedder, and the task runs for hours.
        const long Longest = ResponseLimit.LongestModelResponse;
        var http = new HttpClient(servers.Value.Connections(Longest, Longest))
        {
            BaseAddress = connection.Endpoint,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        return connection.IsOpenAi
            ? (new OpenAiServer(connection, http).EmbeddingGenerator(), http)
            : (new OllamaApiClient(http, connection.Model), http);
    }
}
