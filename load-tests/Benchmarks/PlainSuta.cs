using System.Runtime.InteropServices;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Benchmarks;

/// <summary>SUTA as one would write it from the paper with TorchSharp's functions: the other side of comparisons, and sharing nothing with the server's own.</summary>
/// <remarks>
/// Lin, Li and Lee 2022, arXiv 2203.14222: for each utterance the model's own weights, ten steps of libtorch's AdamW on the mean objective with everything computed anew in each,
/// then a forward pass for the transcript. Float32, one utterance at a time. Not thread-safe.
/// </remarks>
internal sealed class PlainSuta : IDisposable
{
    private readonly ModelConfig _config;
    private readonly int _blankId;
    private readonly Dictionary<string, Tensor> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _source = new(StringComparer.Ordinal);
    private readonly ModelLayout _layout;

    /// <param name="model">Its weights are copied.</param>
    /// <param name="set">What is adapted.</param>
    public PlainSuta(Model model, ParameterSet set)
    {
        (_config, _blankId, _layout) = (model.Config, model.Config.BlankId, model.Layout);
        foreach (var parameter in model.Layout.Parameters)
        {
            var values = empty([.. parameter.Shape]);
            model.Weights.ReadFloats(parameter.Name, MemoryMarshal.Cast<byte, float>(values.bytes));
            _weights.Add(parameter.Name, values);
        }

        foreach (var slice in set.In(model.Layout, model.Config).Slices)
        {
            _source.Add(slice.Parameter.Name, _weights[slice.Parameter.Name].clone());
            _weights[slice.Parameter.Name] = new TorchSharp.Modules.Parameter(_weights[slice.Parameter.Name]);
        }
    }

    /// <summary>Adapts to one utterance.</summary>
    /// <param name="waveform">Normalised samples.</param>
    /// <param name="steps">N.</param>
    /// <param name="learningRate">AdamW's.</param>
    /// <returns>The loss before each step, and the logits after the last.</returns>
    public (double[] Losses, Logits Logits) Run(float[] waveform, int steps, double learningRate)
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            foreach (var (name, values) in _source) _weights[name].copy_(values);
        }

        using var optimizer = optim.AdamW(_source.Keys.Select(name => (TorchSharp.Modules.Parameter)_weights[name]), learningRate, weight_decay: 0);
        var input = tensor(waveform).unsqueeze(0);
        var losses = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            using var step = NewDisposeScope();
            var loss = Loss(Forward(input)[0]);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            losses[i] = loss.item<float>();
        }

        using (no_grad()) return (losses, new Logits(Forward(input)[0].contiguous().data<float>().ToArray(), _config.VocabularySize));
    }

    public void Dispose()
    {
        foreach (var values in _weights.Values.Concat(_source.Values)) values.Dispose();
    }

    private Tensor Loss(Tensor logits)
    {
        var p = nn.functional.softmax(logits / 2.5, -1);
        var entropies = -(p * nn.functional.log_softmax(logits / 2.5, -1)).sum(-1);
        var heard = logits.argmax(-1).ne(_blankId).nonzero().squeeze(-1);
        var entropy = heard.shape[0] == 0 ? entropies.sum() * 0 : entropies.index_select(0, heard).mean();

        var weights = 1 + (-entropies.detach()).exp();
        weights = (weights * logits.shape[0] / weights.sum()).unsqueeze(-1);
        var confusion = (p * weights).t().matmul(p);
        confusion /= confusion.sum(-1, keepdim: true);
        var mcc = (confusion.sum() - confusion.trace()) / logits.shape[1];
        return (0.3 * entropy) + (0.7 * mcc);
    }

    private Tensor Forward(Tensor waveform)
    {
        var x = waveform.unsqueeze(1);
        for (var i = 0; i < _config.ConvDims.Count; i++)
        {
            var (name, norm) = (_layout.FeatureConvolution(i), _layout.FeatureNormalization(i));
            x = nn.functional.conv1d(x, W(name), _config.ConvBias ? B(name) : null, stride: _config.ConvStrides[i]);
            if (_config.FeatureNorm == FeatureNorm.Layer) x = nn.functional.layer_norm(x.transpose(1, 2), [x.shape[1]], W(norm), B(norm), 1e-5).transpose(1, 2);
            else if (i == 0) x = nn.functional.group_norm(x, x.shape[1], W(norm), B(norm), 1e-5);
            x = nn.functional.gelu(x);
        }

        x = x.transpose(1, 2);
        x = Linear(Norm(x, _layout.ProjectionNorm), _layout.Projection);
        x += Position(x);
        if (!_config.StableLayerNorm) x = Norm(x, _layout.EncoderNorm);
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            var (first, last) = (_layout.Layer(layer, "layer_norm"), _layout.Layer(layer, "final_layer_norm"));
            if (_config.StableLayerNorm)
            {
                x += Attention(Norm(x, first), layer);
                x += FeedForward(Norm(x, last), layer);
            }
            else
            {
                x = Norm(x + Attention(x, layer), first);
                x = Norm(x + FeedForward(x, layer), last);
            }
        }

        if (_config.StableLayerNorm) x = Norm(x, _layout.EncoderNorm);
        return Linear(x, _layout.Head);
    }

    private Tensor Position(Tensor x)
    {
        var (gain, direction) = (_weights[_layout.PositionalGain], _weights[_layout.PositionalDirection]);
        var weight = gain * direction / linalg.vector_norm(direction, 2, [0, 1], keepdim: true);
        var y = nn.functional.conv1d(
            x.transpose(1, 2), weight, B(_layout.Positional), padding: _config.PositionalKernel / 2, groups: _config.PositionalGroups);
        if (_config.PositionalKernel % 2 == 0) y = y.narrow(2, 0, y.shape[2] - 1);
        return nn.functional.gelu(y).transpose(1, 2);
    }

    private Tensor Attention(Tensor x, int layer)
    {
        var query = Heads(Linear(x, _layout.Layer(layer, "attention.q_proj")) / Math.Sqrt(_config.HeadSize));
        var (key, value) = (Heads(Linear(x, _layout.Layer(layer, "attention.k_proj"))), Heads(Linear(x, _layout.Layer(layer, "attention.v_proj"))));
        var mixed = nn.functional.softmax(query.matmul(key.transpose(-1, -2)), -1).matmul(value);
        return Linear(mixed.transpose(1, 2).reshape(x.shape), _layout.Layer(layer, "attention.out_proj"));

        Tensor Heads(Tensor y) => y.view(y.shape[0], y.shape[1], _config.HeadCount, _config.HeadSize).transpose(1, 2);
    }

    private Tensor FeedForward(Tensor x, int layer) =>
        Linear(nn.functional.gelu(Linear(x, _layout.Layer(layer, "feed_forward.intermediate_dense"))), _layout.Layer(layer, "feed_forward.output_dense"));

    private Tensor Norm(Tensor x, string name) => nn.functional.layer_norm(x, [x.shape[^1]], W(name), B(name), _config.LayerNormEps);

    private Tensor Linear(Tensor x, string name) => nn.functional.linear(x, W(name), B(name));

    private Tensor W(string name) => _weights[name + ".weight"];

    private Tensor B(string name) => _weights[name + ".bias"];
}
