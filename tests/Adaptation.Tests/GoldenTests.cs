using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests;

/// <summary>The classes that serve, against values computed with PyTorch and torchaudio.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenTests
{
    public static TheoryData<string> Models => ["tiny-group", "tiny-layer"];

    public static TheoryData<string, bool> Runs => new() { { "tiny-group", false }, { "tiny-group", true }, { "tiny-layer", false }, { "tiny-layer", true } };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Draft_EveryInput_HasGoldenLogitsAndText(string name)
    {
        using var model = Model.Open(RepositoryFiles.Golden(name));
        using var acoustic = new OnnxAcousticModel(model);
        var recognizer = new Recognizer(model, acoustic);

        foreach (var golden in GoldenFile.Read(name).Cases)
        {
            var draft = recognizer.Recognize(await GoldenFile.ReadWaveformAsync(golden.Wav), default, null, CancellationToken.None);

            Assert.Equal(golden.Frames, draft.Logits.FrameCount);
            AssertWithin(1e-4, golden.Logits.SelectMany(frame => frame), draft.Logits.Values.ToArray());
            Assert.Equal(golden.Text, draft.Transcript.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Network_EveryInput_HasGoldenLogits(string name)
    {
        using var model = Model.Open(RepositoryFiles.Golden(name));
        using var network = new Wav2Vec2Network(model);
        var update = new FastUpdate(network, model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, TimeProvider.System);

        foreach (var golden in GoldenFile.Read(name).Cases)
        {
            var waveform = model.Preprocessing.Apply(await GoldenFile.ReadWaveformAsync(golden.Wav));

            var result = update.Run(waveform, hidden: null, steps: 0, budget: null, CancellationToken.None)!;

            AssertWithin(1e-4, golden.Logits.SelectMany(frame => frame), result.Logits.Values.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task FastUpdate_FirstStep_HasGoldenLoss(string name, bool repeatUpdates)
    {
        await ForEachRunAsync(name, repeatUpdates, (run, result, _) => AssertStep(run.Steps[0], result.Steps[0]));
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task FastUpdate_TenSteps_FollowsGoldenTrajectory(string name, bool repeatUpdates)
    {
        Assert.SkipUnless(
            GoldenFile.Read(name).AgreesWithItself,
            "This reference contradicts itself (tests/Fixtures/README.md); its forward pass and first step are checked by other tests.");

        await ForEachRunAsync(name, repeatUpdates, (run, result, recognizer) =>
        {
            Assert.Equal(run.Steps.Count, result.Steps.Count);
            for (var i = 0; i < run.Steps.Count; i++)
            {
                AssertStep(run.Steps[i], result.Steps[i]);
                AssertRelative(1e-4, run.Steps[i].GradientNorm, result.Steps[i].GradientNorm);
            }

            AssertRelative(1e-5, run.LossAfter, result.LossAfter);
            Assert.Equal(run.TextAfter, recognizer.Decode(result.Logits, default).Text);
            AssertWithin(1e-4, run.LogitsAfterFrame0, result.Logits.Frame(0).ToArray());
            AssertParameters(run, result.Parameters!);
        });
    }

    private static async Task ForEachRunAsync(string name, bool repeatUpdates, Action<GoldenRun, FastUpdateResult, Recognizer> assert)
    {
        using var model = Model.Open(RepositoryFiles.Golden(name));
        using var network = new Wav2Vec2Network(model);
        using var acoustic = new OnnxAcousticModel(model);
        foreach (var golden in GoldenFile.Read(name).Cases)
        {
            var waveform = model.Preprocessing.Apply(await GoldenFile.ReadWaveformAsync(golden.Wav));
            var run = golden.Runs.Single(run => run.RepeatUpdatesPerEnclosingModule == repeatUpdates);
            var options = new FastUpdateOptions { Precision = ComputePrecision.Float32, LearningRate = run.Lr, RepeatUpdatesPerEnclosingModule = repeatUpdates };
            var update = new FastUpdate(network, model, options, TimeProvider.System);

            assert(run, update.Run(waveform, null, run.Steps.Count, null, CancellationToken.None)!, new Recognizer(model, acoustic));
        }
    }

    private static void AssertStep(GoldenStep expected, AdaptationStep actual)
    {
        AssertRelative(1e-5, expected.Total, actual.Loss);
        AssertRelative(1e-5, expected.Entropy, actual.Entropy);
        AssertRelative(1e-5, expected.Mcc, actual.ClassConfusion);
        Assert.Equal(expected.AllBlank, actual.AllBlank);
    }

    /// <summary>
    /// The file holds the first values, the sum and the L2 norm of each parameter. If every one of n values is within 1e-6, the sum is
    /// within 1e-6 n and the norm within 1e-6 sqrt(n).
    /// </summary>
    private static void AssertParameters(GoldenRun run, AdaptableParameters actual)
    {
        Assert.Equal(run.ParamsAfter.Count, actual.Layout.Slices.Count);
        foreach (var slice in actual.Layout.Slices)
        {
            var expected = run.ParamsAfter[slice.Parameter.Name];
            var values = actual[slice].ToArray();
            AssertWithin(1e-6, expected.Head, values[..expected.Head.Length]);
            Assert.Equal(expected.Sum, values.Sum(value => (double)value), 1e-6 * values.Length);
            Assert.Equal(expected.L2, Math.Sqrt(values.Sum(value => (double)value * value)), 1e-6 * Math.Sqrt(values.Length));
        }
    }

    private static void AssertWithin(double tolerance, IEnumerable<float> expected, IReadOnlyCollection<float> actual)
    {
        var largest = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.True(largest <= tolerance, $"The largest difference is {largest:e2}; at most {tolerance:e0} is allowed.");
    }

    private static void AssertRelative(double tolerance, double expected, double actual) =>
        Assert.Equal(expected, actual, tolerance * Math.Abs(expected));
}
