using Attune.Adaptation.Fast;
using Attune.Adaptation.Revisions;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests;

public sealed class AdaptiveRecognizerTests : IDisposable
{
    private readonly Model _model = TestModels.Open("spoken-numbers-en", out _);

    [Fact]
    public async Task RecognizeAsync_RealSpeech_AdaptsAndRecognisesIt()
    {
        using var recognizer = Create(new FastUpdateOptions());

        var utterance = Assert.Single(await recognizer.RecognizeAsync(await SpeechAsync(), new AdaptationRequest(), CancellationToken.None));

        Assert.Equal(AdaptationOutcome.Adapted, utterance.Adaptation.Outcome);
        Assert.Equal(5, utterance.Adaptation.Steps.Count);
        Assert.True(utterance.Adaptation.LossAfter < utterance.Adaptation.LossBefore);
        Assert.NotEmpty(utterance.Draft.Text);
        Assert.NotEmpty(utterance.Final.Words);
        Assert.InRange(utterance.Final.Words[^1].End, TimeSpan.Zero, utterance.Duration);
    }

    [Fact]
    public async Task RecognizeUtteranceAsync_FromARevision_DraftAndStepsStartThere()
    {
        using var recognizer = Create(new FastUpdateOptions());
        var samples = (await SpeechAsync()).Samples;
        var revision = new AdaptationState(TestModels.Perturb(recognizer.Source, seed: 1));

        var fromModel = await recognizer.RecognizeUtteranceAsync(samples, default, null, new AdaptationRequest(1), null, CancellationToken.None);
        var fromRevision = await recognizer.RecognizeUtteranceAsync(samples, default, revision, new AdaptationRequest(1), null, CancellationToken.None);

        Assert.NotEqual(fromModel.Draft.Confidence, fromRevision.Draft.Confidence);
        Assert.NotEqual(fromModel.Adaptation.LossBefore, fromRevision.Adaptation.LossBefore);
    }

    [Fact]
    public async Task RecognizeUtteranceAsync_Always_TellsTheDraftBeforeTheFinalIsThere()
    {
        using var recognizer = Create(new FastUpdateOptions());
        Transcript? told = null;
        var samples = (await SpeechAsync()).Samples;

        var running = recognizer.RecognizeUtteranceAsync(
            samples, TimeSpan.FromSeconds(3), null, new AdaptationRequest(), draft => told = draft, CancellationToken.None);

        Assert.NotNull(told);
        var utterance = await running;
        Assert.Same(told, utterance.Draft);
        Assert.Equal(TimeSpan.FromSeconds(3), utterance.Start);
        Assert.All(utterance.Final.Words, word => Assert.True(word.Start >= utterance.Start));
    }

    [Fact]
    public async Task RecognizeAsync_NoSteps_FinalIsTheDraft()
    {
        using var recognizer = Create(new FastUpdateOptions());

        var utterance = Assert.Single(await recognizer.RecognizeAsync(await SpeechAsync(), AdaptationRequest.None, CancellationToken.None));

        Assert.Equal(AdaptationOutcome.NotRequested, utterance.Adaptation.Outcome);
        Assert.Same(utterance.Draft, utterance.Final);
        Assert.Null(utterance.Adaptation.LossBefore);
    }

    [Fact]
    public async Task RecognizeAsync_TopLayers_AdaptsFromTheGraphsHiddenStates()
    {
        using var recognizer = Create(new FastUpdateOptions { Parameters = "top-2", LearningRate = 1e-3 });

        var utterance = Assert.Single(await recognizer.RecognizeAsync(await SpeechAsync(), new AdaptationRequest(), CancellationToken.None));

        Assert.Equal(AdaptationOutcome.Adapted, utterance.Adaptation.Outcome);
        Assert.True(utterance.Adaptation.LossAfter < utterance.Adaptation.LossBefore);
    }

    [Theory]
    [InlineData(1, 10, AdaptationOutcome.Collapsed)]
    [InlineData(0.1, 10, AdaptationOutcome.Collapsed)]
    [InlineData(0.003, 1, AdaptationOutcome.Diverged)]
    public async Task RecognizeAsync_StepsThatDestroyTheWeights_ServesTheDraft(double learningRate, int steps, AdaptationOutcome expected)
    {
        using var recognizer = Create(new FastUpdateOptions { LearningRate = learningRate, Steps = steps });

        var utterance = Assert.Single(await recognizer.RecognizeAsync(await SpeechAsync("digits-clean-1.wav"), new AdaptationRequest(), CancellationToken.None));

        Assert.Equal(expected, utterance.Adaptation.Outcome);
        Assert.Same(utterance.Draft, utterance.Final);
        Assert.NotEmpty(utterance.Adaptation.Steps);
    }

    [Fact]
    public async Task RecognizeAsync_BudgetSpentByTheDraft_ServesTheDraft()
    {
        using var recognizer = Create(new FastUpdateOptions(), new TickingTime(TimeSpan.FromSeconds(1)));

        var request = new AdaptationRequest(LatencyBudget: TimeSpan.FromMilliseconds(1));
        var utterance = Assert.Single(await recognizer.RecognizeAsync(await SpeechAsync(), request, CancellationToken.None));

        Assert.Equal(AdaptationOutcome.BudgetSpent, utterance.Adaptation.Outcome);
        Assert.Same(utterance.Draft, utterance.Final);
    }

    [Fact]
    public async Task RecognizeAsync_QuotaSpent_ServesTheDraftWithoutAStep()
    {
        using var recognizer = Create(new FastUpdateOptions(), TimeProvider.System);

        var utterance = Assert.Single(await recognizer.RecognizeAsync(await SpeechAsync(), new AdaptationRequest { QuotaSpent = true }, CancellationToken.None));

        Assert.Equal((AdaptationOutcome.QuotaSpent, TimeSpan.Zero), (utterance.Adaptation.Outcome, utterance.Adaptation.StepTime));
        Assert.Same(utterance.Draft, utterance.Final);
    }

    [Fact]
    public async Task RecognizeAsync_NoBudgetOfItsOwn_HasTheConfiguredOne()
    {
        var options = new FastUpdateOptions { LatencyBudget = TimeSpan.FromMilliseconds(1) };
        using var recognizer = Create(options, new TickingTime(TimeSpan.FromSeconds(1)));
        var speech = await SpeechAsync();

        var configured = Assert.Single(await recognizer.RecognizeAsync(speech, new AdaptationRequest(), CancellationToken.None));
        var stated = Assert.Single(await recognizer.RecognizeAsync(speech, new AdaptationRequest(LatencyBudget: TimeSpan.FromHours(1)), CancellationToken.None));

        Assert.Equal(AdaptationOutcome.BudgetSpent, configured.Adaptation.Outcome);
        Assert.Equal(AdaptationOutcome.Adapted, stated.Adaptation.Outcome);
    }

    [Fact]
    public async Task RecognizeAsync_BudgetSpentInTheQueue_ServesTheDraftWithoutWaitingForAWorker()
    {
        // One worker is kept busy by a request of a hundred steps, until the other has been answered.
        using var recognizer = Create(new FastUpdateOptions(), workers: 1);
        using var cancellation = new CancellationTokenSource();
        var speech = await SpeechAsync();
        var busy = recognizer.RecognizeAsync(speech, new AdaptationRequest(Steps: 100), cancellation.Token);

        var request = new AdaptationRequest(LatencyBudget: TimeSpan.FromMilliseconds(200));
        var utterance = Assert.Single(await recognizer.RecognizeAsync(speech, request, CancellationToken.None));

        Assert.False(busy.IsCompleted);
        Assert.Equal(AdaptationOutcome.BudgetSpent, utterance.Adaptation.Outcome);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => busy);
    }

    [Fact]
    public async Task RecognizeAsync_CancelledInTheQueue_DoesNotWaitForAWorker()
    {
        using var recognizer = Create(new FastUpdateOptions(), workers: 1);
        using var cancellation = new CancellationTokenSource();
        using var waiting = new CancellationTokenSource();
        var speech = await SpeechAsync();
        var busy = recognizer.RecognizeAsync(speech, new AdaptationRequest(Steps: 100), cancellation.Token);
        var queued = recognizer.RecognizeAsync(speech, new AdaptationRequest(), waiting.Token);

        await waiting.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        Assert.False(busy.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => busy);
    }

    [Fact]
    public async Task WarmUpAsync_Always_LeavesNothingBehind()
    {
        using var recognizer = Create(new FastUpdateOptions());

        await recognizer.WarmUpAsync(CancellationToken.None);

        Assert.Equal(0, recognizer.WaitingForAdaptation);
    }

    [Fact]
    public async Task RecognizeAsync_LongerThanAnUtterance_IsCutAndCoversEverything()
    {
        using var recognizer = Create(new FastUpdateOptions { Steps = 0 }, maxUtterance: TimeSpan.FromSeconds(2));
        var speech = await SpeechAsync();

        var utterances = await recognizer.RecognizeAsync(speech, new AdaptationRequest(), CancellationToken.None);

        Assert.True(utterances.Count >= 2);
        Assert.Equal(TimeSpan.Zero, utterances[0].Start);
        for (var i = 1; i < utterances.Count; i++)
        {
            Assert.Equal((utterances[i - 1].Start + utterances[i - 1].Duration).TotalSeconds, utterances[i].Start.TotalSeconds, 1e-6);
            Assert.All(utterances[i].Final.Words, word => Assert.True(word.Start >= utterances[i].Start));
        }

        Assert.Equal(speech.Duration.TotalSeconds, (utterances[^1].Start + utterances[^1].Duration).TotalSeconds, 1e-6);
    }

    [Fact]
    public async Task RecognizeAsync_OneSample_SaysHowManyAreNeeded()
    {
        using var recognizer = Create(new FastUpdateOptions());

        var exception = await Assert.ThrowsAsync<AudioException>(
            () => recognizer.RecognizeAsync(new Waveform([0.5f], 16_000), new AdaptationRequest(), CancellationToken.None));

        Assert.Equal(AudioError.TooShort, exception.Error);
        Assert.Contains($"{_model.Config.MinimumSamples} samples", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Given: 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RecognizeAsync_AnotherRate_IsRefused()
    {
        using var recognizer = Create(new FastUpdateOptions());

        var exception = await Assert.ThrowsAsync<ArgumentException>(
            () => recognizer.RecognizeAsync(new Waveform(new float[8000], 8_000), new AdaptationRequest(), CancellationToken.None));

        Assert.Contains("16000 Hz. Given: 8000 Hz", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RecognizeAsync_Cancelled_Throws()
    {
        using var recognizer = Create(new FastUpdateOptions());
        var speech = await SpeechAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => recognizer.RecognizeAsync(speech, new AdaptationRequest(), new CancellationToken(canceled: true)));
    }

    public void Dispose() => _model.Dispose();

    private AdaptiveRecognizer Create(FastUpdateOptions options, TimeProvider? time = null, TimeSpan? maxUtterance = null, int workers = 0) => new(
        _model,
        new RecognitionOptions { MaxUtterance = maxUtterance ?? TimeSpan.FromSeconds(20) },
        new OnnxOptions(),
        options,
        new AdaptationThreadOptions { Workers = workers },
        time ?? TimeProvider.System);

    private static async Task<Waveform> SpeechAsync(string sample = "digits-air-conditioner-10db.wav")
    {
        var path = RepositoryFiles.Sample(sample);
        return await new AudioDecoder(new AudioOptions()).DecodeAsync(await File.ReadAllBytesAsync(path), null, 16_000, CancellationToken.None);
    }
}
