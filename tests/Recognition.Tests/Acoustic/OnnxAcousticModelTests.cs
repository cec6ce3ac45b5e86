using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Acoustic;

public sealed class OnnxAcousticModelTests : IDisposable
{
    private readonly Model _model = Model.Open(RepositoryFiles.Golden("tiny-group"));
    private readonly float[] _waveform = Noise(8000);

    [Fact]
    public void Run_WithSourceParameters_EqualsTheModelItself()
    {
        using var acoustic = new OnnxAcousticModel(_model, ParameterSet.Suta);

        var own = acoustic.Run(_waveform, null, CancellationToken.None);
        var source = acoustic.Run(_waveform, acoustic.Source, CancellationToken.None);

        Assert.Equal(own.Values, source.Values);
        Assert.Equal(_model.Config.FrameCount(_waveform.Length), own.FrameCount);
    }

    [Fact]
    public void Run_AfterARevision_TheModelItselfIsUnchanged()
    {
        using var acoustic = new OnnxAcousticModel(_model, ParameterSet.Suta);
        var before = acoustic.Run(_waveform, null, CancellationToken.None).Values.ToArray();
        var changed = acoustic.Source!.Values.ToArray();
        for (var i = 0; i < changed.Length; i++) changed[i] *= 1.1f;

        var revision = acoustic.Run(_waveform, new AdaptableParameters(acoustic.Source.Layout, changed), CancellationToken.None);

        Assert.NotEqual(before, revision.Values.ToArray());
        Assert.Equal(before, acoustic.Run(_waveform, null, CancellationToken.None).Values.ToArray());
    }

    [Fact]
    public void Run_InputsAndConstants_AgreeWithin1e5()
    {
        using var constants = new OnnxAcousticModel(_model);
        using var inputs = new OnnxAcousticModel(_model, ParameterSet.Parse("all"));

        Assert.True(LargestDifference(constants, inputs) < 1e-5);
    }

    [Fact]
    public void Run_WithoutPacking_AgreesWithin1e5()
    {
        using var packed = new OnnxAcousticModel(_model);
        using var unpacked = new OnnxAcousticModel(_model, options: new OnnxOptions { PackWeights = false, Threads = 1 });

        Assert.True(LargestDifference(packed, unpacked) < 1e-5);
    }

    [Fact]
    public void Run_SessionThatTakesValuesAsAnotherOne_GivesWhatThatGives()
    {
        using var first = new OnnxAcousticModel(_model, ParameterSet.Suta);
        using var second = new OnnxAcousticModel(_model, first.Source!, new OnnxOptions(), ownThreads: true);
        var revision = new AdaptableParameters(first.Source!.Layout, first.Source.Values.ToArray().Select(value => 1.1f * value).ToArray());

        var expected = first.Run(_waveform, revision, CancellationToken.None);

        Assert.Equal(expected.Values, second.Run(_waveform, revision, CancellationToken.None).Values);
    }

    [Theory]
    [InlineData(ElementType.F16, 0.05)]
    [InlineData(ElementType.BF16, 0.5)]
    public void Run_WeightsOfHalfTheSize_StaysNearTheOriginal(ElementType type, double tolerance)
    {
        using var folder = new ModelFolderCopy();
        folder.Rewrite(source => TensorSource.FromFloats(source.Name, type, source.Shape, () => _model.Weights.ReadFloats(source.Name)));
        using var narrow = Model.Open(folder.FolderPath);
        using var original = new OnnxAcousticModel(_model);
        using var acoustic = new OnnxAcousticModel(narrow);

        Assert.InRange(LargestDifference(original, acoustic), 0, tolerance);
    }

    [Fact]
    public void Run_TooFewSamples_SaysBothNumbers()
    {
        using var acoustic = new OnnxAcousticModel(_model);

        var exception = Assert.Throws<ArgumentException>(() => acoustic.Run(new float[399], null, CancellationToken.None));

        Assert.Contains("at least 400 samples. Given: 399", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ParametersOfAnotherSession_AreRefused()
    {
        using var acoustic = new OnnxAcousticModel(_model, ParameterSet.Suta);
        var foreign = AdaptableParameters.Source(_model, ParameterSet.Suta);

        Assert.Throws<ArgumentException>(() => acoustic.Run(_waveform, foreign, CancellationToken.None));
    }

    [Fact]
    public void Run_Cancelled_Throws()
    {
        using var acoustic = new OnnxAcousticModel(_model);

        Assert.ThrowsAny<OperationCanceledException>(() => acoustic.Run(_waveform, null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void RunWithHidden_NotAskedFor_SaysSo()
    {
        using var acoustic = new OnnxAcousticModel(_model);

        Assert.Throws<InvalidOperationException>(() => acoustic.RunWithHidden(_waveform, null, CancellationToken.None));
    }

    [Fact]
    public void Constructor_MoreTopLayersThanThereAre_SaysBothNumbers()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxAcousticModel(_model, topLayers: 4));

        Assert.Contains("from 0 to the model's 3", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _model.Dispose();

    private double LargestDifference(OnnxAcousticModel left, OnnxAcousticModel right)
    {
        var (a, b) = (left.Run(_waveform, null, CancellationToken.None), right.Run(_waveform, null, CancellationToken.None));
        var largest = 0.0;
        for (var i = 0; i < a.Values.Length; i++) largest = Math.Max(largest, Math.Abs(a.Values[i] - b.Values[i]));
        return largest;
    }

    private static float[] Noise(int samples)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, samples).Select(_ => (float)((2 * random.NextDouble()) - 1))];
    }
}
