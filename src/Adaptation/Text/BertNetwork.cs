using Attune.Adaptation.Network;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text;

/// <summary>A BERT classifier as a function of frozen weights, adaptable parameters and tokens: the trainable twin of the ONNX graph.</summary>
/// <inheritdoc cref="TextNetwork" path="/remarks"/>
public sealed class BertNetwork : TextNetwork
{
    private readonly BertLayout _layout;

    /// <summary>Copies a model's weights into tensors.</summary>
    /// <param name="model">A BERT classifier; not disposed.</param>
    /// <exception cref="ArgumentException">It is of another family.</exception>
    public BertNetwork(TextModel model)
        : base(model) =>
        _layout = model.Layout as BertLayout
            ?? throw new ArgumentException($"The model must be a BERT classifier. Given: {model.Config.Architecture}.", nameof(model));

    /// <summary>Logits of the labels of each text.</summary>
    /// <param name="parameters">Values for every row, or one set for all of them; null for the model's own.</param>
    /// <param name="batch">Tokens, special ones included. A padded batch gives what its texts give alone.</param>
    /// <param name="training">How the pass differs from evaluation; null for evaluation. Its mask is for speech and must be null.</param>
    /// <returns>Float32, shape (N, L). The caller's scope disposes.</returns>
    /// <exception cref="Attune.Text.TextException">TooLong.</exception>
    public Tensor Forward(ParameterTensors? parameters, TokenBatch batch, TrainingPass? training = null)
    {
        var weights = Begin(parameters, batch, training);
        var x = weights.Embedding(_layout.Tokens, batch.Ids, batch.Count)
            .Plus(weights.Embedding(_layout.TokenTypes, batch.Types, batch.Count))
            .Plus(Positions(weights, _layout.Positions, batch)); // (N, T, D)
        x = Drop(weights, LayerNorm(weights, x, _layout.EmbeddingNorm));
        var unseen = new FrameMask(batch.Lengths, batch.Longest).Valid?.logical_not().unsqueeze(1).unsqueeze(1); // (N, 1, 1, T)
        for (var layer = 0; layer < Config.LayerCount; layer++)
        {
            var attended = Drop(weights, Attention(weights, x, layer, unseen));
            x = LayerNorm(weights, x.Plus(attended), _layout.Layer(layer, "attention.output.LayerNorm"));
            x = LayerNorm(weights, x.Plus(Drop(weights, FeedForward(weights, x, layer))), _layout.Layer(layer, "output.LayerNorm"));
        }

        var pooled = weights.Linear(x.narrow(1, 0, 1), _layout.Pooler).tanh(); // (N, 1, D)
        return ToFloat32(weights.Linear(Drop(weights, pooled), _layout.Head).squeeze(1));
    }

    private Tensor Attention(Weights weights, Tensor x, int layer, Tensor? unseen)
    {
        var (query, key, value) = (Projected("query"), Projected("key"), Projected("value"));
        return weights.Linear(Attend(query, key, value, unseen), _layout.Layer(layer, "attention.output.dense"));

        Tensor Projected(string module) => Heads(weights.Linear(x, _layout.Layer(layer, "attention.self." + module)));
    }

    private Tensor FeedForward(Weights weights, Tensor x, int layer)
    {
        x = Activations.Apply(weights.Linear(x, _layout.Layer(layer, "intermediate.dense")), Config.Activation);
        return weights.Linear(x, _layout.Layer(layer, "output.dense"));
    }
}
