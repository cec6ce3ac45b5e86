using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>AdamW with weight decay for all parameters, or for all but the matrices, which <see cref="Muon"/> then moves.</summary>
/// <remarks>
/// <para>Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2; betas 0.9 and 0.98 (as wav2vec 2.0 was trained, arXiv 2006.11477,
/// section 4.3), epsilon 1e-8. Only matrices and kernels decay, not biases and norms.</para>
/// <para>Beside Muon, AdamW moves output layer, first convolution, positional convolution and vectors at half the rate: the ratio that
/// the shipped models were found to learn well at.</para>
/// <para>Belongs to one training and one thread; the owner disposes it.</para>
/// </remarks>
public sealed class TrainingOptimizer : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.98;
    private const double Epsilon = 1e-8;
    private const double RateBesideMuon = 0.5;

    private readonly ParameterTensors _parameters;
    private readonly OptimizerOptions _options;
    private readonly ScalarType _muonType;
    private readonly List<Segment> _segments = [];

    /// <param name="parameters">What <see cref="Step"/> will change.</param>
    /// <param name="layout">Tells the convolutions of a speech model; null for a text model, of which Muon does not move embeddings.</param>
    /// <param name="options">Rates, decay and kind.</param>
    /// <param name="muonType">Type of Muon's iterations.</param>
    public TrainingOptimizer(ParameterTensors parameters, ModelLayout? layout, OptimizerOptions options, ScalarType muonType)
    {
        _parameters = parameters;
        _options = options;
        _muonType = muonType;
        First = zeros_like(parameters.Buffer).DetachFromDisposeScope();
        Second = zeros_like(parameters.Buffer).DetachFromDisposeScope();
        foreach (var slice in parameters.Layout.Slices) AddSegment(Describe(slice, layout));
    }

    /// <summary>First moments, or Muon's momentum; shape (1, P).</summary>
    public Tensor First { get; }

    /// <summary>Second moments; shape (1, P).</summary>
    public Tensor Second { get; }

    /// <summary>Steps taken.</summary>
    public int Steps { get; set; }

    /// <summary>Changes the parameters in place.</summary>
    /// <param name="gradients">Shape (1, P); scaled down in place if their norm is above the limit.</param>
    /// <param name="learningRate">Rate of this step.</param>
    /// <returns>Norm of the gradients before scaling. If it is not finite, nothing was changed.</returns>
    public double Step(Tensor gradients, double learningRate)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var norm = (double)gradients.norm().item<float>();
        if (!double.IsFinite(norm)) return norm;
        if (norm > _options.ClipNorm) gradients.Scale(_options.ClipNorm / norm);

        Steps++;
        foreach (var segment in _segments)
        {
            using var inner = NewDisposeScope();
            Tensor Part(Tensor buffer) => buffer.narrow(1, segment.Offset, segment.Length);
            var rate = learningRate * segment.Rate;
            var values = Part(_parameters.Buffer);
            if (segment.Decays) values.Scale(1 - (rate * _options.WeightDecay));
            if (segment.Rows > 0) MoveMatrix(segment, values, Part(gradients), Part(First), rate);
            else MoveByAdam(values, Part(gradients), Part(First), Part(Second), rate);
        }

        return norm;
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }

    private void MoveMatrix(Segment segment, Tensor values, Tensor gradients, Tensor momentum, double rate)
    {
        Tensor Matrix(Tensor flat) => flat.view(segment.Rows, -1);
        values.view(segment.Rows, -1).Accumulate(Muon.Direction(Matrix(momentum), Matrix(gradients), _muonType).Times(-rate));
    }

    private void MoveByAdam(Tensor values, Tensor gradients, Tensor first, Tensor second, double rate)
    {
        using Scalar rest = 1 - Beta2, step = -rate / (1 - Math.Pow(Beta1, Steps));
        first.Scale(Beta1).Accumulate(gradients, 1 - Beta1);
        second.Scale(Beta2).addcmul_(gradients, gradients, rest);
        var denominator = second.sqrt().Over(Math.Sqrt(1 - Math.Pow(Beta2, Steps))).Plus(Epsilon);
        values.addcdiv_(first, denominator, step);
    }

    private Segment Describe(ParameterSlice slice, ModelLayout? layout)
    {
        var parameter = slice.Parameter;
        var isFirst = parameter.Name == layout?.FeatureConvolution(0) + ".weight";
        var isMatrix = parameter.Shape.Count >= 2 && parameter.Name != layout?.PositionalGain;
        var byMuon = _options.Matrices == MatrixOptimizer.Muon
            && isMatrix
            && !isFirst
            && parameter.Part is not (ModelPart.Head or ModelPart.Embeddings)
            && parameter.Name != layout?.PositionalDirection;
        var rate = isFirst ? _options.FirstConvolutionRate : 1;
        if (_options.Matrices == MatrixOptimizer.Muon && !byMuon) rate *= RateBesideMuon;
        return new Segment(slice.Offset, slice.Length, byMuon ? parameter.Shape[0] : 0, rate, isMatrix);
    }

    // Neighbours that are treated alike become one, so that a step is a few operations on long vectors.
    private void AddSegment(Segment next)
    {
        if (_segments.Count > 0 && _segments[^1] is { Rows: 0 } last && next.Rows == 0 && last.Rate == next.Rate && last.Decays == next.Decays)
            _segments[^1] = last with { Length = last.Length + next.Length };
        else
            _segments.Add(next);
    }

    /// <param name="Offset">First value.</param>
    /// <param name="Length">Number of values.</param>
    /// <param name="Rows">Rows of the matrix that Muon moves; 0 for AdamW.</param>
    /// <param name="Rate">Share of the learning rate.</param>
    /// <param name="Decays">Whether weight decay applies.</param>
    private sealed record Segment(int Offset, int Length, long Rows, double Rate, bool Decays);
}
