using Attune.Adaptation.Network;
using Attune.Adaptation.Training;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Training;

public sealed class TrainingOptimizerTests : IDisposable
{
    private readonly Model _model = Model.Open(RepositoryFiles.Golden("tiny-layer"));
    private readonly TorchSharp.DisposeScope _scope;

    public TrainingOptimizerTests()
    {
        TorchRuntime.EnsureLoaded();
        _scope = NewDisposeScope();
    }

    [Fact]
    public void Step_AdamW_IsTheFormulaInPlainArithmetic()
    {
        var options = new OptimizerOptions { WeightDecay = 0.1, ClipNorm = 1e9 };
        using var parameters = Parameters();
        using var optimizer = new TrainingOptimizer(parameters, _model.Layout, options, ScalarType.Float32);
        var start = Values(parameters);

        optimizer.Step(ones_like(parameters.Buffer), 0.01);
        optimizer.Step(ones_like(parameters.Buffer) * -0.5, 0.01);

        // Moments after both steps, corrected for their start at 0.
        var first = ((0.9 * 0.1) - (0.1 * 0.5)) / (1 - (0.9 * 0.9));
        var second = ((0.98 * 0.02) + (0.02 * 0.25)) / (1 - (0.98 * 0.98));
        var after = Values(parameters);
        foreach (var slice in parameters.Layout.Slices)
        {
            var rate = slice.Parameter.Name == _model.Layout.FeatureConvolution(0) + ".weight" ? 0.05 : 1;
            var isMatrix = slice.Parameter.Shape.Count > 1 && slice.Parameter.Name != _model.Layout.PositionalGain;
            var kept = isMatrix ? 1 - (0.01 * rate * 0.1) : 1;
            var expected = (((start[slice.Offset] * kept) - (0.01 * rate)) * kept) - (0.01 * rate * first / Math.Sqrt(second));
            Assert.Equal(expected, after[slice.Offset], 1e-6);
        }
    }

    [Fact]
    public void Step_LargeGradient_IsScaledToTheLimit()
    {
        var options = new OptimizerOptions { ClipNorm = 2 };
        using var parameters = Parameters();
        using var optimizer = new TrainingOptimizer(parameters, _model.Layout, options, ScalarType.Float32);
        var gradients = full_like(parameters.Buffer, 3);

        var norm = optimizer.Step(gradients, 0.01);

        Assert.Equal(3 * Math.Sqrt(parameters.Layout.Length), norm, 0.01);
        Assert.Equal(2, gradients.norm().item<float>(), 1e-3);
    }

    [Fact]
    public void Step_GradientThatIsNoNumber_ChangesNothing()
    {
        using var parameters = Parameters();
        using var optimizer = new TrainingOptimizer(parameters, _model.Layout, new OptimizerOptions(), ScalarType.Float32);
        var start = Values(parameters);

        var norm = optimizer.Step(full_like(parameters.Buffer, float.NaN), 0.01);

        Assert.False(double.IsFinite(norm));
        Assert.Equal(start, Values(parameters));
        Assert.Equal(0, optimizer.Steps);
    }

    [Theory]
    [InlineData(8, 20)]
    [InlineData(20, 8)]
    public void Orthogonalize_AnyMatrix_HasSingularValuesNearOneAndItsSingularVectors(int rows, int columns)
    {
        var matrix = tensor(TestModels.Waveform(rows * columns, seed: 5).ToArray(), [rows, columns]);

        var result = Muon.Orthogonalize(matrix, ScalarType.Float32);

        var values = linalg.svd(result).S.data<float>().ToArray();
        Assert.All(values, value => Assert.InRange(value, 0.6, 1.3));
        // U V^T maximises the inner product with the matrix: the sum of its singular values.
        var product = (result * matrix).sum().item<float>();
        Assert.InRange(product / linalg.svd(matrix).S.sum().item<float>(), 0.6, 1.3);
    }

    [Fact]
    public void Step_Muon_MovesMatricesByTheSizeThatAdamWWould()
    {
        var options = new OptimizerOptions { Matrices = MatrixOptimizer.Muon, WeightDecay = 0, ClipNorm = 1e9 };
        using var parameters = Parameters();
        using var optimizer = new TrainingOptimizer(parameters, _model.Layout, options, ScalarType.Float32);
        var start = Values(parameters);
        var gradients = tensor(TestModels.Waveform(parameters.Layout.Length, seed: 1).ToArray(), [1, parameters.Layout.Length]);

        optimizer.Step(gradients, 0.01);

        var after = Values(parameters);
        var matrix = parameters.Layout.Slices.Single(slice => slice.Parameter.Name.EndsWith("layers.1.attention.q_proj.weight", StringComparison.Ordinal));
        var squares = Enumerable.Range(matrix.Offset, matrix.Length).Sum(i => Math.Pow(after[i] - start[i], 2));
        Assert.InRange(Math.Sqrt(squares / matrix.Length), 0.2 * 0.01 * 0.6, 0.2 * 0.01 * 1.3);
    }

    [Fact]
    public void Schedule_RisesStaysAndFallsToZero()
    {
        var schedule = new LearningRateSchedule(new OptimizerOptions { LearningRate = 1, WarmUpSteps = 10, DecayStart = 0.5 }, 100);

        Assert.Equal(0.1, schedule.At(0), 1e-9);
        Assert.Equal(1, schedule.At(9), 1e-9);
        Assert.Equal(1, schedule.At(50), 1e-9);
        Assert.Equal(0.5, schedule.At(75), 1e-9);
        Assert.Equal(0, schedule.At(100), 1e-9);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _model.Dispose();
    }

    private static float[] Values(ParameterTensors parameters) => parameters.ToParameters(0).Values.ToArray();

    private ParameterTensors Parameters() => new(AdaptableParameters.Source(_model, ParameterSet.Parse("all")));
}
