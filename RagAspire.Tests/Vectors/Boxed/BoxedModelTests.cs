using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RagAspire.Vectors;
using RagAspire.Vectors.Boxed;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Tests.Vectors.Boxed;

/// <summary>The embedding model that comes with the product.</summary>
public sealed class BoxedModelTests(BoxedModelFixture model) : IClassFixture<BoxedModelFixture>
{
    /// <summary>The published model in floating point says .6 for the cats and .02 for the stock market.</summary>
    [Fact]
    public async Task Sentences_of_like_meaning_lie_together()
    {
        var vectors = await model.EmbedAsync(
            "The cat sits on the mat.", "A kitten is resting on a rug.", "Stock markets fell sharply on Monday.");

        Assert.InRange(TensorPrimitives.Dot(vectors[0], vectors[1]), .5f, .75f);
        Assert.InRange(TensorPrimitives.Dot(vectors[0], vectors[2]), -.15f, .15f);
    }

    [Fact]
    public async Task Whole_numbers_of_eight_bits_keep_the_direction_of_vectors()
    {
        const string text = "Renewals of the maintenance contract are due ninety days before the end of the year.";
        using var exact = SentenceModel.Load(BoxedModel.Of(BoxedModel.MiniLm)!, quantized: false);
        var expected = exact.Run(exact.Windows(text))[0];

        var vectors = await model.EmbedAsync(text);

        Assert.InRange(TensorPrimitives.Dot(expected, vectors[0]), .97f, 1.001f);
    }

    [Fact]
    public async Task A_text_has_the_same_vector_alone_and_among_longer_ones()
    {
        var alone = await model.EmbedAsync("Déjà vu: naïve cafés");
        var among = await model.EmbedAsync(
            "Déjà vu: naïve cafés", string.Join(' ', Enumerable.Repeat("A longer text about other things.", 30)), "Short.");

        Assert.InRange(TensorPrimitives.Dot(alone[0], among[0]), .98f, 1.001f);
    }

    [Fact]
    public async Task The_end_of_a_long_text_counts()
    {
        var beginning = string.Join(' ', Enumerable.Repeat("The garden is open on weekdays from nine to five.", 40));
        var vectors = await model.EmbedAsync(
            beginning, $"{beginning} {string.Join(' ', Enumerable.Repeat("Nuclear reactors need cooling water.", 40))}",
            "nuclear reactor cooling");

        Assert.True(TensorPrimitives.CosineSimilarity(vectors[1], vectors[2])
            > TensorPrimitives.CosineSimilarity(vectors[0], vectors[2]) + .1f);
    }

    [Fact]
    public async Task An_empty_text_has_a_vector_too() =>
        Assert.All(await model.EmbedAsync("", "a"), vector => Assert.Equal(BoxedModel.Dimensions, vector.Length));

    [Fact]
    public void Arctic_is_loaded_from_its_package()
    {
        using var arctic = SentenceModel.Load(BoxedModel.Of(BoxedModel.ArcticXs)!);
        float[] Vector(string text) => arctic.Run(arctic.Windows(text))[0];
        var query = Vector("Represent this sentence for searching relevant passages: where do cats sleep");

        Assert.True(TensorPrimitives.Dot(query, Vector("A kitten is resting on a rug."))
            > TensorPrimitives.Dot(query, Vector("Stock markets fell sharply on Monday.")) + .05f);
    }

    [Theory]
    [InlineData(null, null, "all-MiniLM-L6-v2")]
    [InlineData("arctic-xs", null, "snowflake-arctic-embed-xs")]
    [InlineData("off", null, null)]
    [InlineData("minilm", "Endpoint=http://127.0.0.1:9;Model=nomic-embed-text", "nomic-embed-text")]
    public void A_configured_model_replaces_it(string? embedded, string? connection, string? expected)
    {
        using var host = Build(new() { ["Embeddings:Embedded"] = embedded, ["ConnectionStrings:embeddings"] = connection });

        Assert.Equal(expected, host.Services.GetRequiredService<Embedder>().Model);
    }

    [Fact]
    public void Its_vectors_have_half_of_the_weight_unless_configured()
    {
        using var host = Build([]);
        using var configured = Build(new() { ["Hybrid:VectorWeight"] = "0.3" });

        Assert.Equal(.5, host.Services.GetRequiredService<IOptions<HybridOptions>>().Value.VectorWeight);
        Assert.Equal(.3, configured.Services.GetRequiredService<IOptions<HybridOptions>>().Value.VectorWeight);
    }

    [Fact]
    public void An_unknown_name_is_refused()
    {
        using var host = Build(new() { ["Embeddings:Embedded"] = "minilmm" });

        Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<EmbeddingOptions>>().Value);
    }

    private static IHost Build(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:ragdb"] = "Host=127.0.0.1;Port=9",
            ["ConnectionStrings:cache"] = "127.0.0.1:9",
        });
        builder.Configuration.AddInMemoryCollection(settings.Where(setting => setting.Value is not null));
        builder.AddRagClients().AddBoxedModel().AddRagCore();
        return builder.Build();
    }
}
