using Attune.Text.Models;

namespace Attune.Text.Tests.Inference;

/// <summary>GPT-2 and BERT written down once more, as plain loops over doubles for one text: what the graphs are compared with.</summary>
/// <remarks>
/// From the papers (arXiv 1706.03762, 1810.04805; Radford et al. 2019) and the documentation of the configurations, not from the graphs: matrices are rows
/// of tokens, and each formula stands where it is used.
/// </remarks>
internal sealed class PlainTransformer(TextModel model)
{
    private readonly TextModelConfig _config = model.Config;

    /// <summary>Logits after each token, and what leaves the last layer.</summary>
    public (double[][] Logits, double[][] Hidden) Gpt2(int[] tokens)
    {
        var prefix = model.Layout.Prefix;
        var (wte, wpe) = (Table(prefix + "wte.weight"), Table(prefix + "wpe.weight"));
        double[][] x = [.. tokens.Select((token, place) => Sum(wte[token], wpe[place]))];
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            var name = $"{prefix}h.{layer}.";
            var normed = Each(x, row => Norm(row, name + "ln_1"));
            var qkv = Each(normed, row => Conv1D(row, name + "attn.c_attn"));
            var size = _config.HiddenSize;
            var mixed = Attend(Columns(qkv, 0, size), Columns(qkv, size, size), Columns(qkv, 2 * size, size), causal: true);
            x = Zip(x, Each(mixed, row => Conv1D(row, name + "attn.c_proj")));
            var inner = Each(x, row => Each(Conv1D(Norm(row, name + "ln_2"), name + "mlp.c_fc"), GeluNew));
            x = Zip(x, Each(inner, row => Conv1D(row, name + "mlp.c_proj")));
        }

        var hidden = Each(x, row => Norm(row, prefix + "ln_f"));
        var head = _config.TiedHead ? wte : Table("lm_head.weight");
        return (Each(hidden, row => Each(head, weights => Dot(weights, row))), hidden);
    }

    /// <summary>Logits of the labels, and what leaves the last layer.</summary>
    public (double[] Logits, double[][] Hidden) Bert(int[] tokens, int[] types)
    {
        var prefix = model.Layout.Prefix;
        var embeddings = prefix + "embeddings.";
        var (words, places, kinds) = (
            Table(embeddings + "word_embeddings.weight"), Table(embeddings + "position_embeddings.weight"), Table(embeddings + "token_type_embeddings.weight"));
        double[][] x = [.. tokens.Select((token, place) => Norm(Sum(Sum(words[token], places[place]), kinds[types[place]]), embeddings + "LayerNorm"))];
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            var name = $"{prefix}encoder.layer.{layer}.";
            var mixed = Attend(
                Each(x, row => Linear(row, name + "attention.self.query")),
                Each(x, row => Linear(row, name + "attention.self.key")),
                Each(x, row => Linear(row, name + "attention.self.value")),
                causal: false);
            x = Zip(x, Each(mixed, row => Linear(row, name + "attention.output.dense")));
            x = Each(x, row => Norm(row, name + "attention.output.LayerNorm"));
            var inner = Each(x, row => Each(Linear(row, name + "intermediate.dense"), Gelu));
            x = Zip(x, Each(inner, row => Linear(row, name + "output.dense")));
            x = Each(x, row => Norm(row, name + "output.LayerNorm"));
        }

        return (Linear(Each(Linear(x[0], prefix + "pooler.dense"), Math.Tanh), "classifier"), x);
    }

    private double[][] Attend(double[][] query, double[][] key, double[][] value, bool causal)
    {
        var size = _config.HeadSize;
        double[][] mixed = [.. query.Select(row => new double[row.Length])];
        for (var head = 0; head < _config.HeadCount; head++)
        {
            for (var token = 0; token < query.Length; token++)
            {
                var seen = causal ? token + 1 : query.Length;
                var scores = new double[seen];
                for (var other = 0; other < seen; other++)
                {
                    for (var i = head * size; i < (head + 1) * size; i++) scores[other] += query[token][i] * key[other][i] / Math.Sqrt(size);
                }

                var sum = scores.Sum(Math.Exp);
                for (var other = 0; other < seen; other++)
                {
                    for (var i = head * size; i < (head + 1) * size; i++) mixed[token][i] += Math.Exp(scores[other]) / sum * value[other][i];
                }
            }
        }

        return mixed;
    }

    private double[] Norm(double[] row, string name)
    {
        var (weight, bias) = (Values(name + ".weight"), Values(name + ".bias"));
        var mean = row.Average();
        var deviation = Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + _config.LayerNormEps);
        return [.. row.Select((value, i) => ((value - mean) / deviation * weight[i]) + bias[i])];
    }

    /// <summary>y_o = sum_i W_oi x_i + b_o.</summary>
    private double[] Linear(double[] row, string name)
    {
        var bias = Values(name + ".bias");
        return [.. Table(name + ".weight").Select((weights, output) => Dot(weights, row) + bias[output])];
    }

    /// <summary>y_o = sum_i x_i W_io + b_o.</summary>
    private double[] Conv1D(double[] row, string name)
    {
        var (weight, bias) = (Table(name + ".weight"), Values(name + ".bias"));
        return [.. bias.Select((value, output) => value + row.Select((x, input) => x * weight[input][output]).Sum())];
    }

    private static double GeluNew(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>x Phi(x), with Phi by Simpson's rule over the normal density: .NET has no error function.</summary>
    private static double Gelu(double x)
    {
        const int steps = 400;
        double Density(double t) => Math.Exp(-t * t / 2) / Math.Sqrt(2 * Math.PI);

        var (width, sum) = (x / steps, Density(0) + Density(x));
        for (var i = 1; i < steps; i++) sum += (i % 2 == 0 ? 2 : 4) * Density(i * width);
        return x * (0.5 + (sum * width / 3));
    }

    private double[] Values(string name) => [.. model.Weights.ReadFloats(name).Select(value => (double)value)];

    private double[][] Table(string name)
    {
        var width = (int)model.Weights.Find(name).Entry.Shape[1];
        return [.. Values(name).Chunk(width)];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double[][] Zip(double[][] a, double[][] b) => [.. a.Zip(b, Sum)];

    private static double[][] Columns(double[][] x, int start, int count) => [.. x.Select(row => row[start..(start + count)])];

    private static TResult[] Each<T, TResult>(T[] items, Func<T, TResult> change) => [.. items.Select(change)];
}
