using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Strategies;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests;

/// <summary>Dynamic SUTA on a stream of utterances, against values computed with PyTorch.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenStreamTests(ITestOutputHelper output)
{
    private static readonly GoldenStream Golden = GoldenStream.Read();

    private static readonly SlowUpdateOptions Options = new()
    {
        FastSteps = Golden.FastSteps,
        UtterancesPerUpdate = Golden.UpdateEvery,
        ResetWindow = Golden.Window,
        ResetPatience = Golden.Patience,
        ResetThreshold = Golden.ZThreshold,
    };

    /// <summary>
    /// The file's own Gaussians and z give each buffer's mean loss improvement, mu + z sigma / sqrt M. Through the rule that serves they must come
    /// back as the file's z, be there for the same utterances, and reset after the same ones.
    /// </summary>
    [Fact]
    public void ResetRule_TheFilesOwnFigures_GiveItsStandardErrorsAndResets()
    {
        var rule = new ResetRule(ResetPolicy.Dynamic, Options);
        var state = LearningState.New;
        Gaussian? fitted = null;
        var resets = new List<int>();
        var compared = 0;

        foreach (var utterance in Golden.Trace)
        {
            var isReset = false;
            if ((utterance.I + 1) % Golden.UpdateEvery == 0)
            {
                var deviation = fitted?.Deviation / Math.Sqrt(Golden.UpdateEvery);
                var test = rule.Test(state, fitted?.Mean + (utterance.StandardErrors * deviation), Golden.UpdateEvery);
                Assert.Equal(utterance.StandardErrors is null, test.StandardErrors is null);
                if (utterance.StandardErrors is { } z)
                {
                    Assert.Equal(z, test.StandardErrors!.Value, 1e-9);
                    compared++;
                }

                (state, isReset) = (test.State, test.IsReset);
            }

            Assert.Equal(utterance.Reset, isReset);
            if (isReset)
            {
                resets.Add(utterance.I + 1);
                (state, fitted) = (state.Reset(), null);
                continue;
            }

            // Any loss improvements will do: when the rule fits its Gaussian is tested, then the file's takes its place.
            state = rule.Count(state, rule.NeedsImprovement(state) ? utterance.I : null);
            Assert.Equal(utterance.Gaussian is not null, state.Improvement is not null && fitted is null);
            if (utterance.Gaussian is { } gaussian) fitted = new Gaussian(gaussian[0], gaussian[1]);
            if (fitted is not null) state = state with { Improvement = fitted };
        }

        Assert.Equal(Golden.ResetsAfter, resets);
        Assert.Equal(16, compared);
    }

    [Fact]
    public async Task SerialDomain_TheStream_FitsAndTestsAtTheSameUtterancesAndResetsAfterTheFirstChange()
    {
        var stream = await RunAsync();

        var firstReset = Golden.ResetsAfter[0];
        for (var i = 0; i < Math.Min(stream.Count, firstReset); i++)
        {
            Assert.Equal(Golden.Trace[i].StandardErrors is null, stream[i].Learning?.Figures.StandardErrors is null);
            Assert.Equal(Golden.Trace[i].Reset, stream[i].Learning?.Result == LearningResult.Reset);
        }

        // Both buffers of the change speak for a reset with any gradients: z is 4.7 and 4.1 in the file.
        foreach (var buffer in new[] { firstReset - Golden.UpdateEvery, firstReset })
            Assert.True(stream[buffer - 1].Learning!.Figures.StandardErrors > 2 * Golden.ZThreshold);
    }

    [Fact]
    public async Task SerialDomain_TheStream_FollowsGoldenTrajectory()
    {
        Assert.SkipUnless(
            GoldenFile.Read(Golden.Model).AgreesWithItself,
            "The stream was computed with the gradients of a reference that contradicts itself (tests/Fixtures/README.md); what does not depend on them is "
            + "checked by other tests.");

        var stream = await RunAsync();

        for (var i = 0; i < stream.Count; i++)
        {
            var expected = Golden.Trace[i];
            Assert.Equal(expected.FastAfter, stream[i].Recognized.Adaptation.LossAfter!.Value, 1e-4);
            Assert.Equal(expected.Reset, stream[i].Learning?.Result == LearningResult.Reset);
            if (expected.StandardErrors is { } z) Assert.Equal(z, stream[i].Learning!.Figures.StandardErrors!.Value, 0.05);
        }
    }

    private async Task<IReadOnlyList<StreamedUtterance>> RunAsync()
    {
        using var model = Model.Open(RepositoryFiles.Golden(Golden.Model));
        using var recognizer = new AdaptiveRecognizer(
            model,
            new RecognitionOptions(),
            new OnnxOptions(),
            new FastUpdateOptions { Precision = ComputePrecision.Float32, LearningRate = Golden.Lr },
            new AdaptationThreadOptions(),
            TimeProvider.System,
            collapseOptions: new CollapseOptions { Enabled = false });
        using var domain = new SerialDomain(recognizer, Options, new GateOptions { Enabled = false }, GuardSet.Empty, TimeProvider.System);

        var stream = new List<StreamedUtterance>();
        for (var i = 0; i < Golden.RecordingCount; i++)
        {
            stream.Add(await domain.NextAsync(await GoldenStream.ReadWaveformAsync(i), default));
            if (stream[i].Learning is { Figures.StandardErrors: { } z } learning)
            {
                output.WriteLine(
                    $"{i}: z {z:f3}, file {Golden.Trace[i].StandardErrors:f3}; loss {stream[i].Recognized.Adaptation.LossAfter:f4}, "
                    + $"file {Golden.Trace[i].FastAfter:f4}; {learning.Result}");
            }
        }

        return stream;
    }
}
