using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>
/// The weights that one forward pass uses: adaptable ones where the request has them, frozen ones otherwise, and the operations
/// that take either, with or without a leading batch dimension.
/// </summary>
/// <param name="frozen">Of the model, float32.</param>
/// <param name="adaptable">Of the request, float32; null for none.</param>
/// <param name="training">How the pass differs from evaluation; null for evaluation.</param>
/// <param name="rounded">Where an evaluation multiplies in bfloat16: copies of the frozen ones. Null where it multiplies in float32.</param>
internal readonly struct Weights(IReadOnlyDictionary<string, Tensor> frozen, ParameterTensors? adaptable, TrainingPass? training = null, RoundedWeights? rounded = null)
{
    /// <summary>How this pass differs from evaluation; null in evaluation.</summary>
    public TrainingPass? Training => training;

    /// <summary>A weight of the parameter's own shape, or with a leading N if each row has its own.</summary>
    public Tensor this[string name] => Find(name) ?? frozen[name];

    /// <summary>The request's own value; null if the parameter is frozen.</summary>
    public Tensor? Find(string name) => adaptable?.Find(name);

    /// <summary>Whether an evaluation multiplies in bfloat16.</summary>
    public bool IsRounded => training is null && rounded is not null;

    /// <summary>What a product takes, in the type that this pass multiplies in.</summary>
    public Tensor Cast(Tensor x)
    {
        if (training is not null) return training.Cast(x);
        return rounded is null || x.dtype == RoundedWeights.Type ? x : x.to(RoundedWeights.Type);
    }

    /// <summary>A weight that a product takes, in the type that this pass multiplies in; of the parameter's own shape, or with a leading N.</summary>
    public Tensor Factor(string name) => Own(name) ?? Frozen(name, frozen[name]);

    private bool Has(string name) => adaptable?.Layout.Find(name) is not null;

    private Tensor? Own(string name)
    {
        if (IsRounded) return adaptable?.FindRounded(name);
        return Find(name) is { } own ? Cast(own) : null;
    }

    /// <summary>Weights of the model under a name of their own, in the type that this pass multiplies in.</summary>
    public Tensor Frozen(string name, Tensor values) => rounded is null ? Cast(values) : rounded.Of(name, values);

    /// <summary>Whether nothing of a linear layer is adaptable, and its pass is an evaluation.</summary>
    public bool IsFrozen(string name) =>
        training is null && !Has(name + ".weight") && !Has(name + ".bias") && !Has(LoraNames.Down(name));

    /// <summary>W x + b in the last dimension of x (N, T', inputs), plus a low-rank addition where the request has one.</summary>
    public Tensor Linear(Tensor x, string name) => Linear(x, Factor(name + ".weight"), name);

    /// <summary>The same in float32 throughout.</summary>
    public Tensor FullLinear(Tensor x, string name) => new Weights(frozen, adaptable).Linear(x, name);

    /// <summary>The same with a weight that is stored as (inputs, outputs), as GPT-2 does.</summary>
    public Tensor TransposedLinear(Tensor x, string name) => Linear(x, Factor(name + ".weight").transpose(-1, -2), name);

    /// <summary>Rows of a table, shape (N, T, size).</summary>
    /// <param name="name">Name of the table.</param>
    /// <param name="ids">Numbers of its rows, row-major, shape (N, T).</param>
    /// <param name="rows">N.</param>
    public Tensor Embedding(string name, ReadOnlyMemory<long> ids, int rows)
    {
        var table = this[name + ".weight"]; // (V, size) or (N, V, size)
        var wanted = ids.ToArray();
        if (table.dim() == 3)
        {
            // Each row has its own table: one table of all of them, below each other.
            for (var i = 0; i < wanted.Length; i++) wanted[i] += i / (wanted.Length / rows) * table.shape[1];
            table = table.reshape(-1, table.shape[2]);
        }

        var found = table.index_select(0, tensor(wanted, device: table.device)).view(rows, -1, table.shape[1]);
        return training is null ? found : training.Cast(found);
    }

    /// <summary>W x + b in the last dimension of x (N, T', inputs).</summary>
    /// <param name="x">Shape (N, T', inputs).</param>
    /// <param name="weight">Shape (outputs, inputs), or with a leading N if each row has its own.</param>
    /// <param name="bias">Shape (outputs), or (N, outputs); null for none.</param>
    public static Tensor Affine(Tensor x, Tensor weight, Tensor? bias)
    {
        if (weight.dim() == 2 && bias?.dim() != 2) return nn.functional.linear(x, weight, bias);
        var y = Product(x, weight);
        return bias is null ? y : y.Plus(Rows(bias));
    }

    private Tensor Linear(Tensor x, Tensor weight, string name)
    {
        x = Cast(x);
        var y = Affine(x, weight, Factor(name + ".bias"));
        if (Find(LoraNames.Down(name)) is not { } down) return y;
        return y.Plus(Product(Product(x, Cast(down)), Factor(LoraNames.Up(name))).Times(adaptable!.LoraScale));
    }

    /// <summary>LayerNorm over the last dimension of x (N, T', size).</summary>
    public Tensor LayerNorm(Tensor x, string name, double epsilon) => LayerNorm(x, name + ".weight", name + ".bias", epsilon);

    /// <summary>The same with the names of its parameters.</summary>
    public Tensor LayerNorm(Tensor x, string weightName, string biasName, double epsilon)
    {
        var (weight, bias) = (this[weightName], this[biasName]); // (size) or (N, size)
        if (weight.dim() == 1 && bias.dim() == 1) return nn.functional.layer_norm(x, [x.shape[^1]], weight, bias, epsilon);
        var normalized = nn.functional.layer_norm(x, [x.shape[^1]], null, null, epsilon);
        return Rows(bias).PlusProduct(normalized, Rows(weight));
    }

    /// <summary>Convolution over the last dimension of x (N, channels, T).</summary>
    /// <param name="x">Shape (N, inputs, T).</param>
    /// <param name="weight">Shape (outputs, inputs / groups, kernel), or with a leading N.</param>
    /// <param name="bias">Shape (outputs), or (N, outputs); null for none.</param>
    /// <param name="stride">In inputs.</param>
    /// <param name="padding">Zeros on both sides.</param>
    /// <param name="groups">Groups of channels that do not mix.</param>
    public static Tensor Conv(Tensor x, Tensor weight, Tensor? bias, long stride, long padding = 0, long groups = 1)
    {
        if (weight.dim() == 3)
        {
            var shared = bias?.dim() == 1 ? bias : null;
            var y = nn.functional.conv1d(x, weight, shared, stride, padding, groups: groups);
            return bias is null || shared is not null ? y : y.Plus(bias.unsqueeze(-1));
        }

        // Each row has its own kernel: one grouped convolution, with the rows as further groups.
        var (rows, outputs) = (weight.shape[0], weight.shape[1]);
        var joined = nn.functional.conv1d(
            x.reshape(1, rows * x.shape[1], x.shape[2]),
            weight.reshape(rows * outputs, weight.shape[2], weight.shape[3]),
            null,
            stride,
            padding,
            groups: rows * groups).view(rows, outputs, -1);
        return bias is null ? joined : joined.Plus((bias.dim() == 2 ? bias : bias.unsqueeze(0)).unsqueeze(-1));
    }

    private static Tensor Rows(Tensor values) => values.dim() == 2 ? values.unsqueeze(1) : values;

    private static Tensor Product(Tensor x, Tensor weight) =>
        weight.dim() == 3 ? bmm(x, weight.transpose(1, 2)) : nn.functional.linear(x, weight);
}
