using Attune.Recognition.Models;

namespace Attune.Text.Models;

/// <summary>The parameters of <c>BertForSequenceClassification</c>.</summary>
/// <remarks>Immutable.</remarks>
public sealed class BertLayout : TextModelLayout
{
    private readonly TextModelConfig _config;
    private readonly bool _greekNorms;

    /// <param name="config">Sizes.</param>
    /// <param name="prefix"><c>bert.</c> or nothing.</param>
    /// <param name="greekNorms">Whether weight and bias of LayerNorms are called gamma and beta, as the first checkpoints have them from TensorFlow.</param>
    public BertLayout(TextModelConfig config, string prefix, bool greekNorms = false)
        : base(prefix)
    {
        (_config, _greekNorms) = (config, greekNorms);
        Parameters = [.. List()];
    }

    public override IReadOnlyList<ModelParameter> Parameters { get; }

    /// <summary>Embeddings of tokens.</summary>
    public string Tokens => Prefix + "embeddings.word_embeddings";

    /// <summary>Embeddings of positions.</summary>
    public string Positions => Prefix + "embeddings.position_embeddings";

    /// <summary>Embeddings of token types.</summary>
    public string TokenTypes => Prefix + "embeddings.token_type_embeddings";

    /// <summary>LayerNorm over the sum of the embeddings.</summary>
    public string EmbeddingNorm => Prefix + "embeddings.LayerNorm";

    /// <summary>Linear layer over the first token.</summary>
    public string Pooler => Prefix + "pooler.dense";

    /// <summary>The output layer.</summary>
    public string Head { get; } = "classifier";

    public override (string Weight, string Bias) NormNames(string name) => _greekNorms ? (name + ".gamma", name + ".beta") : base.NormNames(name);

    /// <summary>A module of transformer layer <paramref name="layer"/>, for example <c>attention.self.query</c>.</summary>
    public string Layer(int layer, string module) => $"{Prefix}encoder.layer.{layer}.{module}";

    private IEnumerable<ModelParameter> List()
    {
        var hidden = _config.HiddenSize;
        yield return Table(Tokens, _config.VocabularySize, hidden);
        yield return Table(Positions, _config.ContextLength, hidden);
        yield return Table(TokenTypes, _config.TokenTypeCount, hidden);
        foreach (var parameter in Norm(EmbeddingNorm, hidden, ModelPart.Embeddings)) yield return parameter;
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            foreach (var parameter in TransformerLayer(layer)) yield return parameter;
        }

        foreach (var parameter in Linear(Pooler, hidden, hidden, ModelPart.Pooler)) yield return parameter;
        foreach (var parameter in Linear(Head, _config.Labels.Count, hidden, ModelPart.Head)) yield return parameter;
    }

    private IEnumerable<ModelParameter> TransformerLayer(int layer)
    {
        var (hidden, inner) = (_config.HiddenSize, _config.IntermediateSize);
        return
        [
            .. Linear(Layer(layer, "attention.self.query"), hidden, hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "attention.self.key"), hidden, hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "attention.self.value"), hidden, hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "attention.output.dense"), hidden, hidden, ModelPart.TransformerLayer, layer),
            .. Norm(Layer(layer, "attention.output.LayerNorm"), hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "intermediate.dense"), inner, hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "output.dense"), hidden, inner, ModelPart.TransformerLayer, layer),
            .. Norm(Layer(layer, "output.LayerNorm"), hidden, ModelPart.TransformerLayer, layer),
        ];
    }
}
