using Attune.Adaptation.Collapse;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Objectives;
using Attune.Adaptation.Slow;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Gate;

public sealed class RevisionGateTests : IDisposable
{
    private readonly Model _model = TestModels.Open("spoken-numbers-en", out _);
    private readonly OnnxAcousticModel _acoustic;
    private readonly Recognizer _recognizer;
    private readonly AdaptableParameters _source;

    public RevisionGateTests()
    {
        _acoustic = new OnnxAcousticModel(_model, ParameterSet.Suta);
        _recognizer = new Recognizer(_model, _acoustic);
        _source = _acoustic.Source!;
    }

    [Fact]
    public async Task ReadGuardSetAsync_TheModelThatShips_HearsSomethingInEveryClip()
    {
        var guard = await ReadAsync();

        Assert.Equal(8, guard.Clips.Count);
        Assert.All(guard.Clips, clip => Assert.NotEmpty(clip.Source.Text));
        Assert.Equal("ZERO TWO TWO EIGHT FIVE", guard.Clips[0].Source.Text);
    }

    [Fact]
    public async Task ReadGuardSetAsync_ModelWithoutOne_IsEmpty()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        using var acoustic = new OnnxAcousticModel(model);

        var guard = await GuardSetReader.ReadAsync(model.Folder, model, new Recognizer(model, acoustic), new AudioDecoder(new AudioOptions()), default);

        Assert.Empty(guard.Clips);
    }

    [Fact]
    public async Task Judge_TheModelItself_PassesEveryQuestion()
    {
        var verdict = Gate(await ReadAsync()).Judge(null, _source, Utterances(1, 2), Utterances(3), default);

        Assert.True(verdict.Passed);
        Assert.Equal(
            [(GateQuestion.Reliability, 0, 2), (GateQuestion.Generality, 0, 1), (GateQuestion.Locality, 1, 8), (GateQuestion.Collapse, 0, 11)],
            verdict.Checks.Select(check => (check.Question, Math.Round(check.Figure!.Value, 6), check.Samples)));
    }

    [Fact]
    public async Task Judge_ParametersThatHearNothing_FailsLocalityAndCollapse()
    {
        var guard = await ReadAsync();
        var clips = guard.Clips.Select(clip => clip.Waveform).ToArray();

        var withGuard = Gate(guard).Judge(null, TestModels.AllBlank(_model, _source), [], [], default);
        var without = Gate(GuardSet.Empty).Judge(null, TestModels.AllBlank(_model, _source), clips[..2], clips[2..3], default);

        Assert.Equal([true, true, false, false], withGuard.Checks.Select(check => check.Passed));
        Assert.Equal((0, 8), (withGuard.Checks[2].Figure, withGuard.Checks[3].Figure));
        // Blank output may have a low loss; without a guard set, the domain's own utterances show it.
        Assert.Equal((3, false), (without.Checks[3].Figure, without.Checks[3].Passed));
    }

    [Fact]
    public void Judge_SilenceThatIsBlankToTheModelToo_IsNoCollapse()
    {
        var silence = new ReadOnlyMemory<float>[] { new float[16_000] };

        Assert.True(Gate(GuardSet.Empty).Judge(null, TestModels.AllBlank(_model, _source), [], silence, default).Checks[3].Passed);
    }

    [Fact]
    public async Task Judge_ParametersThatAreNoNumbers_PassesNoQuestion()
    {
        var values = _source.Values.ToArray();
        values[0] = float.NaN;

        var verdict = Gate(await ReadAsync()).Judge(
            null, new AdaptableParameters(_source.Layout, values), Utterances(1), Utterances(2), default);

        Assert.All(verdict.Checks, check => Assert.False(check.Passed));
    }

    [Fact]
    public async Task Judge_TranscriptsThatDiffer_SimilarityIsThatOfTheEditDistance()
    {
        var clip = (await ReadAsync()).Clips[0]; // ZERO TWO TWO EIGHT FIVE, 23 characters
        GuardClip[] clips =
        [
            clip,
            clip with { Source = new Transcript("ZERO TWO TWO EIGHT FIVEABC", [], 1) },
            clip with { Source = new Transcript("ZERO TWO TWO EIGHT", [], 1) },
            clip with { Source = Transcript.Empty },
        ];

        var locality = Gate(new GuardSet(clips)).Judge(null, _source, [], [], default).Checks[2];

        Assert.Equal(3, locality.Samples);
        Assert.Equal(1 - ((3.0 + 5) / (23 + 26 + 23)), locality.Figure!.Value, 1e-12);
        Assert.False(locality.Passed);
    }

    [Fact]
    public void Judge_LossThatRises_IsMeasuredFromWhatItWasMadeFrom()
    {
        var loss = new UtteranceLoss(_acoustic, new SutaObjective(_model.Config.BlankId).Evaluate);
        var (before, candidate) = (TestModels.Perturb(_source, seed: 1), TestModels.Perturb(_source, seed: 2));
        var utterances = Utterances(1, 2);
        var rise = utterances.Average(utterance => loss.Of(candidate, utterance, default) - loss.Of(before, utterance, default));

        var strict = Gate(GuardSet.Empty, new GateOptions { MaxLossRise = 0, MaxHeldBackLossRise = 0.5 }).Judge(before, candidate, utterances, utterances, default);
        var reverse = Gate(GuardSet.Empty).Judge(candidate, before, utterances, [], default);

        Assert.Equal(rise, strict.Checks[0].Figure!.Value, 1e-6);
        Assert.Equal(rise <= 0, strict.Checks[0].Passed);
        Assert.Equal(rise <= 0.5, strict.Checks[1].Passed);
        Assert.Equal(-rise, reverse.Checks[0].Figure!.Value, 1e-6);
    }

    [Fact]
    public void Judge_NothingToMeasureOn_PassesAndSaysSo()
    {
        var verdict = Gate(GuardSet.Empty).Judge(null, _source, [], [], default);

        Assert.True(verdict.Passed);
        Assert.All(verdict.Checks, check => Assert.Equal((null, 0), (check.Figure, check.Samples)));
    }

    public void Dispose()
    {
        _acoustic.Dispose();
        _model.Dispose();
    }

    private static ReadOnlyMemory<float>[] Utterances(params int[] seeds) => [.. seeds.Select(seed => TestModels.Waveform(16_000, seed))];

    private Task<GuardSet> ReadAsync() => GuardSetReader.ReadAsync(_model.Folder, _model, _recognizer, new AudioDecoder(new AudioOptions()), default);

    private RevisionGate Gate(GuardSet guard, GateOptions? options = null) => new(
        _acoustic,
        _recognizer,
        new UtteranceLoss(_acoustic, new SutaObjective(_model.Config.BlankId).Evaluate),
        new OutputCheck(_model.Config.BlankId, new CollapseOptions()),
        guard,
        options ?? new GateOptions());
}
