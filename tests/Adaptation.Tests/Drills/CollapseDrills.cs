using Attune.Adaptation.Buffering;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Strategies;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Drills;

/// <summary>What goes wrong on purpose, on the model that ships. The table of drills is in docs/drills.md.</summary>
[Trait("Category", "Drill")]
public sealed class CollapseDrills : IDisposable
{
    private readonly Model _model = TestModels.Open("spoken-numbers-en", out _);
    private readonly AudioDecoder _decoder = new(new AudioOptions());
    private AdaptiveRecognizer? _recognizer;

    [Fact]
    public async Task LearningRateTimesHundred_EveryCandidateIsRefusedAndTheModelServes()
    {
        using var domain = await CreateAsync(learningRate: 2e-3);

        var outcomes = new List<LearningOutcome>();
        for (var i = 0; i < 12; i++)
        {
            var served = await domain.NextAsync(await NoisyAsync(i), default);
            Assert.Equal(0, served.Revision);
            if (served.Learning is { } learning) outcomes.Add(learning);
        }

        Assert.Equal(2, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.Equal(LearningResult.Refused, outcome.Result));
        await AssertSpeechIsHeardAsByTheModelAsync(domain);
    }

    [Fact]
    public async Task GradientThatIsNoNumber_IsRefusedInItsRoundAndNeverServed()
    {
        using var domain = await CreateAsync();
        var learner = _recognizer!.CreateLearner(new SlowUpdateOptions(), new GateOptions(), GuardSet.Empty);
        var utterances = new List<BufferedUtterance>();
        for (var i = 0; i < learner.RoundSize; i++) utterances.Add(new($"{i}", "line", await NoisyAsync(i), default, 0, "", ""));
        var broken = utterances[2].Samples.ToArray();
        broken[100] = float.NaN;
        utterances[2] = utterances[2] with { Samples = broken };

        var outcome = learner.Learn(new LearningRound("line", LearningState.New, null, null, utterances), default);
        var served = await ServeAsync(new ServingWeights(outcome.Candidate!.State));

        Assert.Equal(LearningResult.Refused, outcome.Result);
        Assert.Equal(0, outcome.State.Current);
        // Had it got past the gate, the first request would have noticed.
        Assert.Equal(new CollapseFinding(CollapseSign.NotFinite, ServingSource.Model), served.Collapse);
        Assert.Equal((await ServeAsync(ServingWeights.Model)).Final.Text, served.Final.Text);
    }

    [Theory]
    [InlineData("silence")]
    [InlineData("dither")]
    [InlineData("white noise")]
    public async Task FiftyUtterancesWithoutSpeech_TeachNothing(string kind)
    {
        using var domain = await CreateAsync();

        for (var i = 0; i < 50; i++)
        {
            var served = await domain.NextAsync(WithoutSpeech(kind, seed: i), default);
            Assert.Null(served.Learning);
            Assert.Equal(AdaptationOutcome.DraftAllBlank, served.Recognized.Adaptation.Outcome);
        }

        Assert.Equal(LearningState.New, domain.State);
        await AssertSpeechIsHeardAsByTheModelAsync(domain);
    }

    [Theory]
    [InlineData("silence")]
    [InlineData("white noise")]
    [InlineData("music")]
    [InlineData("one utterance")]
    public async Task ThirtyUtterancesOfTheSame_LearntFromAnyway_LeaveSpeechAsItWas(string kind)
    {
        // Without the checks that leave out silence: the gate alone.
        using var domain = await CreateAsync(collapse: new CollapseOptions { Enabled = false });

        var outcomes = new List<LearningOutcome>();
        for (var i = 0; i < 30; i++)
        {
            var samples = kind == "one utterance" ? await NoisyAsync(0) : WithoutSpeech(kind, seed: i);
            if ((await domain.NextAsync(samples, default)).Learning is { } learning) outcomes.Add(learning);
        }

        Assert.Equal(5, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.Equal(outcome.Candidate!.Verdict.Passed, outcome.State.Current == outcome.Candidate.Number));
        await AssertSpeechIsHeardAsByTheModelAsync(domain);
    }

    [Fact]
    public async Task RevisionThatHearsNothing_IsServedAroundAtOnceAndGoneAfterTwo()
    {
        using var domain = await CreateAsync();
        var detector = _recognizer!.CreateDetector();
        var state = new LearningState { LastRevision = 2, Good = [1, 2] };
        var revisions = new Dictionary<long, AdaptationState>
        {
            [1] = new(_recognizer.Source),
            [2] = new(TestModels.AllBlank(_model, _recognizer.Source)),
        };
        var expected = await ServeAsync(ServingWeights.Model);

        var current = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            var weights = new ServingWeights(revisions[state.Current], revisions.GetValueOrDefault(state.Fallback));
            var served = await ServeAsync(weights);
            Assert.Equal(expected.Final.Text, served.Final.Text);
            if (state.Current == 2) Assert.Equal(new CollapseFinding(CollapseSign.Blank, ServingSource.Fallback), served.Collapse);
            if (detector.Observe(state.Current, served.Collapse?.Sign)) state = state.WithoutCollapsed(state.Current);
            current.Add(state.Current);
        }

        Assert.Equal([2, 1, 1, 1], current);
    }

    [Fact]
    public async Task CollapsedRevisionAndFallback_TheModelServes()
    {
        using var domain = await CreateAsync();
        var blank = new AdaptationState(TestModels.AllBlank(_model, _recognizer!.Source));

        var drafts = new List<string>();
        var served = await ServeAsync(new ServingWeights(blank, blank), drafts);

        Assert.Equal(new CollapseFinding(CollapseSign.Blank, ServingSource.Model), served.Collapse);
        Assert.Equal([served.Draft.Text], drafts);
        Assert.NotEmpty(served.Final.Text);
    }

    [Fact]
    public async Task GuardSetThatNobodyCanKeep_NothingServesButTheModel()
    {
        _recognizer = Recognizer(2e-5, null);
        var guard = await _recognizer.ReadGuardSetAsync(_decoder, default);
        var impossible = new GuardSet([.. guard.Clips.Select(clip => clip with { Source = new Transcript("NOT WHAT IT IS", [], 1) })]);
        using var domain = new SerialDomain(_recognizer, new SlowUpdateOptions { FastSteps = 1 }, new GateOptions(), impossible, TimeProvider.System);

        for (var i = 0; i < 12; i++)
        {
            if ((await domain.NextAsync(await NoisyAsync(i), default)).Learning is not { } learning) continue;
            Assert.Equal(LearningResult.Refused, learning.Result);
            Assert.False(learning.Candidate!.Verdict.Checks.Single(check => check.Question == GateQuestion.Locality).Passed);
        }

        Assert.Equal((2, 0), (domain.State.LastRevision, domain.State.Current));
    }

    [Fact]
    public async Task TwoDomainsWithOppositeNoise_LearnBesideEachOtherAsAlone()
    {
        using var together1 = await CreateAsync();
        var guard = await _recognizer!.ReadGuardSetAsync(_decoder, default);
        using var together2 = Domain(guard);
        using var alone = Domain(guard);

        var texts = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            await together2.NextAsync(await CleanAsync(i), default);
            texts.Add((await together1.NextAsync(await NoisyAsync(i), default)).Recognized.Final.Text);
        }

        var alonesTexts = new List<string>();
        for (var i = 0; i < 12; i++) alonesTexts.Add((await alone.NextAsync(await NoisyAsync(i), default)).Recognized.Final.Text);

        Assert.Equal(alonesTexts, texts);
        Assert.Equal(alone.Current!.Parameters.Values.ToArray(), together1.Current!.Parameters.Values.ToArray());
        Assert.NotEqual(together2.Current?.Parameters.Values.ToArray(), together1.Current.Parameters.Values.ToArray());
    }

    public void Dispose()
    {
        _recognizer?.Dispose();
        _model.Dispose();
    }

    private async Task AssertSpeechIsHeardAsByTheModelAsync(SerialDomain domain)
    {
        var (errors, length) = (0, 0);
        foreach (var clip in (await _recognizer!.ReadGuardSetAsync(_decoder, default)).Clips)
        {
            var samples = await SamplesAsync(Path.Combine(_model.Folder, "guard", clip.Name));
            var served = await _recognizer.RecognizeUtteranceAsync(
                samples, default, new ServingWeights(domain.Current), AdaptationRequest.None, null, default);
            errors += Evaluation.EditDistance.Compute<char>(clip.Source.Text, served.Final.Text);
            length += clip.Source.Text.Length;
        }

        Assert.True(errors <= 0.02 * length, $"{errors} of {length} characters differ from the model's.");
    }

    private async Task<RecognizedUtterance> ServeAsync(ServingWeights weights, List<string>? drafts = null) => await _recognizer!.RecognizeUtteranceAsync(
        await CleanAsync(1), default, weights, new AdaptationRequest(Steps: 1), draft => drafts?.Add(draft.Text), default);

    private async Task<SerialDomain> CreateAsync(double learningRate = 2e-5, CollapseOptions? collapse = null)
    {
        _recognizer = Recognizer(learningRate, collapse);
        return Domain(await _recognizer.ReadGuardSetAsync(_decoder, default));
    }

    private SerialDomain Domain(GuardSet guard) => new(_recognizer!, new SlowUpdateOptions { FastSteps = 1 }, new GateOptions(), guard, TimeProvider.System);

    private AdaptiveRecognizer Recognizer(double learningRate, CollapseOptions? collapse) => new(
        _model,
        new RecognitionOptions(),
        new OnnxOptions(),
        new FastUpdateOptions { LearningRate = learningRate },
        new AdaptationThreadOptions(),
        TimeProvider.System,
        collapseOptions: collapse);

    private Task<float[]> NoisyAsync(int i) => SamplesAsync(RepositoryFiles.Sample(i % 2 == 0 ? "digits-air-conditioner-10db.wav" : "digits-vacuum-cleaner-5db.wav"));

    private Task<float[]> CleanAsync(int i) => SamplesAsync(RepositoryFiles.Sample(i % 2 == 0 ? "digits-clean-2.wav" : "digits-clean-3.wav"));

    private async Task<float[]> SamplesAsync(string path) =>
        (await _decoder.DecodeAsync(await File.ReadAllBytesAsync(path), null, 16_000, CancellationToken.None)).Samples;

    private static float[] WithoutSpeech(string kind, int seed)
    {
        var random = new Random(seed);
        double[] chord = [Math.Pow(2, seed % 12 / 12.0), Math.Pow(2, ((seed % 12) + 4) / 12.0), Math.Pow(2, ((seed % 12) + 7) / 12.0)];
        return [.. Enumerable.Range(0, 16_000).Select(i => (float)(kind switch
        {
            "silence" => 0,
            "dither" => (random.Next(3) - 1) / 32_768.0,
            "white noise" => 0.2 * (random.NextDouble() - 0.5),
            // A chord for each quarter of a second, with a decay.
            _ => 0.05 * Math.Exp(-(i % 4_000) / 2_000.0) * chord.Sum(pitch => Math.Sin(2 * Math.PI * 220 * pitch * i / 16_000)),
        }))];
    }
}
