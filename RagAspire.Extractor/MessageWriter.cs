using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RagAspire.Extraction.Messages;

namespace RagAspire.Extractor;

/// <summary>Writes messages to the pipe, without escapes: text in other scripts is six times smaller.</summary>
internal sealed class MessageWriter(Stream pipe)
{
    private static readonly JsonTypeInfo<ExtractionMessage> Type = new ExtractionJson(
        new JsonSerializerOptions(ExtractionJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        .ExtractionMessage;

    /// <param name="content">The bytes that follow the message.</param>
    public void Write(ExtractionMessage message, byte[]? content = null)
    {
        Frames.WriteAsync(pipe, message, Type, CancellationToken.None).GetAwaiter().GetResult();
        if (content is not null)
        {
            pipe.Write(content);
            pipe.Flush();
        }
    }
}
