using System.Numerics;
using System.Runtime.InteropServices;
using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation.Fast;

/// <summary>AdamW without weight decay, over a buffer of parameters.</summary>
/// <remarks>
/// <para>Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization", arXiv 1711.05101, algorithm 2, in the order of
/// operations of PyTorch, which the published numbers come from. Betas 0.9 and 0.999, epsilon 1e-8, weight decay 0.</para>
/// <para>SUTA's published code names a feature-extractor tensor once for each module that encloses it, so that PyTorch applies the
/// same gradient several times in one step. <c>repeatUpdatesPerEnclosingModule</c> does the same.</para>
/// <para>Belongs to one request and one thread; the owner disposes it.</para>
/// </remarks>
public sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly double _learningRate;
    private readonly List<Segment> _segments;
    private readonly KernelOrder _order; // of the moments, as of the parameters
    private readonly Tensor _first;
    private readonly Tensor _second;
    private readonly int[] _steps; // of each row

    /// <param name="parameters">The parameters that <see cref="Step"/> will change.</param>
    /// <param name="learningRate">Step size, above 0.</param>
    /// <param name="repeatUpdatesPerEnclosingModule">Whether to repeat updates as the published code does.</param>
    /// <param name="start">Moments to go on from, the same for every row; null to begin anew.</param>
    public AdamW(
        ParameterTensors parameters, double learningRate, bool repeatUpdatesPerEnclosingModule = false, OptimizerMoments? start = null)
        : this(parameters, learningRate, repeatUpdatesPerEnclosingModule, [.. Enumerable.Repeat(start, parameters.BatchSize)])
    {
    }

    /// <param name="parameters">The parameters that <see cref="Step"/> will change.</param>
    /// <param name="learningRate">Step size, above 0.</param>
    /// <param name="repeatUpdatesPerEnclosingModule">Whether to repeat updates as the published code does.</param>
    /// <param name="starts">Moments to go on from, of each row; null for rows that begin anew.</param>
    public AdamW(
        ParameterTensors parameters, double learningRate, bool repeatUpdatesPerEnclosingModule, IReadOnlyList<OptimizerMoments?> starts)
    {
        _learningRate = learningRate;
        _segments = Segments(parameters.Layout, repeatUpdatesPerEnclosingModule);
        _order = parameters.Order;
        InOnePass = parameters.Buffer.device_type == DeviceType.CPU;
        _first = Moment(parameters, [.. starts.Select(start => start?.First)]);
        _second = Moment(parameters, [.. starts.Select(start => start?.Second)]);
        _steps = [.. starts.Select(start => start?.Steps ?? 0)];
    }

    private AdamW(AdamW whole, IReadOnlyList<int> rows)
    {
        _learningRate = whole._learningRate;
        _segments = whole._segments;
        _order = whole._order;
        InOnePass = whole.InOnePass;
        _first = whole._first.Rows(rows).DetachFromDisposeScope();
        _second = whole._second.Rows(rows).DetachFromDisposeScope();
        _steps = [.. rows.Select(row => whole._steps[row])];
    }

    /// <summary>Whether values are moved here, which needs them on the processor, rather than by libtorch's operations. Default wherever it can.</summary>
    internal bool InOnePass { get; init; }

    /// <summary>A copy for some rows, for <see cref="ParameterTensors.Select"/> of the same.</summary>
    /// <param name="rows">Their numbers, at least one.</param>
    /// <returns>The caller disposes.</returns>
    public AdamW Select(IReadOnlyList<int> rows)
    {
        using var noGradients = no_grad();
        return new AdamW(this, rows);
    }

    /// <summary>Changes the parameters in place.</summary>
    /// <param name="parameters">Those that the optimizer was made for.</param>
    /// <param name="gradients">Shape (N, P).</param>
    public void Step(ParameterTensors parameters, Tensor gradients)
    {
        using var noGradients = no_grad();
        foreach (var segment in _segments)
        {
            using var scope = NewDisposeScope();
            Tensor Part(Tensor buffer) => buffer.narrow(1, segment.Offset, segment.Length);
            for (var i = 1; i <= segment.UpdatesPerStep; i++)
            {
                int[] updates = [.. _steps.Select(steps => (steps * segment.UpdatesPerStep) + i)];
                if (InOnePass) UpdateInOnePass(segment, parameters.Buffer, gradients, updates);
                else Update(Part(parameters.Buffer), Part(gradients), Part(_first), Part(_second), updates);
            }
        }

        parameters.Refresh();
        for (var row = 0; row < _steps.Length; row++) _steps[row]++;
    }

    /// <summary>A copy of the moments of one row; null before the first step.</summary>
    public OptimizerMoments? ToMoments(int row)
    {
        if (_steps[row] == 0) return null;
        using var scope = NewDisposeScope();
        float[] Copy(Tensor moment)
        {
            var values = new float[moment.shape[1]];
            _order.Restore(MemoryMarshal.Cast<byte, float>(moment[row].cpu().bytes), values);
            return values;
        }

        return new OptimizerMoments(Copy(_first), Copy(_second), _steps[row]);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    /// <summary>How often PyTorch's optimizer meets a parameter in the published code's list.</summary>
    internal static int EnclosingModules(ModelParameter parameter) => parameter.Part switch
    {
        // The extractor, its list of layers, the layer, and its convolution or norm.
        ModelPart.FeatureExtractor => 4,
        // The projection block, and its linear layer or norm.
        ModelPart.FeatureProjection => 2,
        _ => 1,
    };

    private void UpdateInOnePass(Segment segment, Tensor parameters, Tensor gradients, int[] updates)
    {
        for (var row = 0; row < updates.Length; row++)
        {
            var start = (row * (int)parameters.shape[1]) + segment.Offset;
            Span<float> Part(Tensor buffer) => MemoryMarshal.Cast<byte, float>(buffer.bytes).Slice(start, segment.Length);
            UpdateInOnePass(Part(parameters), Part(gradients), Part(_first), Part(_second), (float)StepSize(updates[row]), (float)SecondCorrection(updates[row]));
        }
    }

    /// <summary>The same operations as <see cref="Update"/>, each value read and written once: a third of the time, which is the memory's.</summary>
    private static void UpdateInOnePass(
        Span<float> parameters, ReadOnlySpan<float> gradients, Span<float> first, Span<float> second, float stepSize, float secondCorrection)
    {
        const float beta1 = (float)Beta1, rest1 = (float)(1 - Beta1), beta2 = (float)Beta2, rest2 = (float)(1 - Beta2), epsilon = (float)Epsilon;
        var whole = parameters.Length - (parameters.Length % Vector<float>.Count);
        for (var i = 0; i < whole; i += Vector<float>.Count)
        {
            var gradient = new Vector<float>(gradients[i..]);
            var m = (new Vector<float>(first[i..]) * beta1) + (gradient * rest1);
            var v = (new Vector<float>(second[i..]) * beta2) + (gradient * gradient * rest2);
            var denominator = (Vector.SquareRoot(v) / secondCorrection) + new Vector<float>(epsilon);
            m.CopyTo(first[i..]);
            v.CopyTo(second[i..]);
            (new Vector<float>(parameters[i..]) - (m * stepSize / denominator)).CopyTo(parameters[i..]);
        }

        for (var i = whole; i < parameters.Length; i++)
        {
            first[i] = (first[i] * beta1) + (gradients[i] * rest1);
            second[i] = (second[i] * beta2) + (gradients[i] * gradients[i] * rest2);
            parameters[i] -= first[i] * stepSize / ((MathF.Sqrt(second[i]) / secondCorrection) + epsilon);
        }
    }

    private void Update(Tensor parameters, Tensor gradients, Tensor first, Tensor second, int[] updates)
    {
        using Scalar beta1 = Beta1, rest1 = 1 - Beta1, beta2 = Beta2, rest2 = 1 - Beta2;
        first.mul_(beta1).add_(gradients, rest1);
        second.mul_(beta2).addcmul_(gradients, gradients, rest2);
        if (updates.All(update => update == updates[0]))
        {
            var denominator = second.sqrt().Over(SecondCorrection(updates[0])).Plus(Epsilon);
            using Scalar step = -StepSize(updates[0]);
            parameters.addcdiv_(first, denominator, step);
        }
        else
        {
            // Rows that have come from different moments: each has its own corrections.
            var denominators = (second.sqrt() / Column(SecondCorrection)).Plus(Epsilon);
            parameters.Accumulate(first / denominators * Column(update => -StepSize(update)));
        }

        Tensor Column(Func<int, double> value) =>
            tensor(updates.Select(update => (float)value(update)).ToArray(), device: parameters.device).unsqueeze(1); // (N, 1)
    }

    private double StepSize(int update) => _learningRate / (1 - Math.Pow(Beta1, update));

    private static double SecondCorrection(int update) => Math.Sqrt(1 - Math.Pow(Beta2, update));

    private static Tensor Moment(ParameterTensors parameters, IReadOnlyList<ReadOnlyMemory<float>?> starts)
    {
        using var scope = NewDisposeScope();
        var moment = zeros_like(parameters.Buffer);
        for (var row = 0; row < starts.Count; row++)
        {
            if (starts[row] is not { } values) continue;
            var stored = empty(values.Length, dtype: ScalarType.Float32);
            parameters.Order.Store(values.Span, MemoryMarshal.Cast<byte, float>(stored.bytes));
            moment[row].copy_(stored);
        }

        return moment.DetachFromDisposeScope();
    }

    /// <summary>Neighbouring parameters that are updated equally often, joined.</summary>
    private static List<Segment> Segments(ParameterLayout layout, bool repeat)
    {
        var segments = new List<Segment>();
        foreach (var slice in layout.Slices)
        {
            var updates = repeat ? EnclosingModules(slice.Parameter) : 1;
            if (segments.Count > 0 && segments[^1].UpdatesPerStep == updates) segments[^1].Length += slice.Length;
            else segments.Add(new Segment { Offset = slice.Offset, Length = slice.Length, UpdatesPerStep = updates });
        }

        return segments;
    }

    private sealed class Segment
    {
        public required int Offset { get; init; }

        public required int Length { get; set; }

        public required int UpdatesPerStep { get; init; }
    }
}
