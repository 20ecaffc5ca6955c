using System.Data.Common;

namespace RagAspire.Models;

/// <summary>
/// A connection string of a model: <c>Endpoint=http://host:11434;Model=name</c> for Ollama, and
/// <c>Endpoint=https://host/v1;Key=…;Model=name</c> for everything that speaks OpenAI's protocol.
/// </summary>
/// <param name="Endpoint">Without a slash at its end.</param>
/// <param name="Key">Null for a server that wants none.</param>
public sealed record ModelConnection(Uri Endpoint, string Model, string? Key, bool IsOpenAi)
{
    private const string Ollama = "ollama";
    private const string OpenAi = "openai";

    private static readonly string[] Known = ["endpoint", "model", "deployment", "key", "provider"];

    /// <param name="name">Of the connection string, such as "chat".</param>
    /// <exception cref="ModelConnectionException">It is no such string. The message never holds a value.</exception>
    public static ModelConnection Parse(string name, string text)
    {
        var parts = Parts(name, text);
        if (parts.Keys.Cast<string>().FirstOrDefault(part => !Known.Contains(part.ToLowerInvariant())) is { } unknown)
        {
            throw new ModelConnectionException(name, $"its part '{unknown}' is unknown; there are Endpoint, Key, Model and Provider");
        }

        var endpoint = EndpointOf(name, Value(parts, "Endpoint"));
        var key = Value(parts, "Key");
        var isOpenAi = Value(parts, "Provider")?.ToLowerInvariant() switch
        {
            // Ollama's own protocol is at the root of its address.
            null => endpoint.AbsolutePath.Length > 1,
            OpenAi => true,
            Ollama => false,
            _ => throw new ModelConnectionException(name, $"Provider must be {Ollama} or {OpenAi}"),
        };
        if (key is not null && !isOpenAi)
        {
            throw new ModelConnectionException(
                name, "a Key needs an Endpoint with the path of OpenAI's protocol, such as https://host/v1, or Provider=openai");
        }

        var model = Value(parts, "Model") ?? Value(parts, "Deployment") ?? throw new ModelConnectionException(name, "it has no Model");
        return new ModelConnection(endpoint, model, key, isOpenAi);
    }

    /// <summary>Without the key.</summary>
    public override string ToString() => $"{Model} at {Endpoint}";

    private static DbConnectionStringBuilder Parts(string name, string text)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException)
        {
            // The message of the exception may hold a part of the key.
            throw new ModelConnectionException(name, "it must be of the form Endpoint=https://host/v1;Key=…;Model=name");
        }
    }

    private static Uri EndpointOf(string name, string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new ModelConnectionException(name, "its Endpoint must be an address with http or https, such as https://host/v1");
        }

        return address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0
            ? throw new ModelConnectionException(name, "its Endpoint must be host, port and path only; a secret belongs in Key")
            : new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/'));
    }

    private static string? Value(DbConnectionStringBuilder parts, string name) =>
        parts.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text.Trim() : null;
}

/// <summary>The connection string of a model is wrong.</summary>
public sealed class ModelConnectionException(string name, string reason) : Exception(
    $"The setting ConnectionStrings:{name} (ConnectionStrings__{name}) is invalid: {reason}.");
