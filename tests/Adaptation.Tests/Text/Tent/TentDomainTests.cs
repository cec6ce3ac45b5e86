using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Tent;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Text.Inference;
using Attune.Text.Models;

namespace Attune.Adaptation.Tests.Text.Tent;

public sealed class TentDomainTests : IDisposable
{
    private readonly TinyTextModel _tiny = TinyTextModel.Bert(seed: 4);
    private readonly TextModel _model;
    private readonly BertNetwork _network;
    private readonly Random _random = new(5);

    public TentDomainTests()
    {
        _model = _tiny.Open();
        _network = new BertNetwork(_model);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Update_FullBatch_IsOneStepOfTheirMeanEntropy()
    {
        var options = new TentOptions { BatchSize = 3, LearningRate = 1e-3 };
        var update = Update(options);
        var domain = new TentDomain(update, labels: 3, options);
        TokenBatch[] texts = [Text(), Text(), Text()];
        Teach(domain, update, texts[..2]);
        Assert.False(domain.TryBegin());
        Teach(domain, update, texts[2..]);

        Assert.True(domain.TryBegin());
        Assert.False(domain.TryBegin());
        var round = domain.Update(Token)!;

        var expected = update.Step(TextTask.Entropy(texts), start: null, Token);
        Assert.Null(round.Sign);
        Assert.Equal(expected.Step.Loss, round.EntropyNats, 6);
        Assert.Equal(expected.State.Parameters.Values.ToArray(), domain.Serving.Parameters!.Values.ToArray());
        Assert.Equal((1, 1L), (domain.Serving.Number, domain.Serving.Updates));
        Assert.False(domain.TryBegin());
    }

    [Fact]
    public void Update_SeveralBatches_GoOnWithTheMoments()
    {
        var options = new TentOptions { BatchSize = 2, LearningRate = 1e-3 };
        var update = Update(options);
        var domain = new TentDomain(update, labels: 3, options);
        TokenBatch[] texts = [.. Enumerable.Range(0, 6).Select(_ => Text())];
        var state = (Attune.Adaptation.Revisions.AdaptationState?)null;
        foreach (var batch in texts.Chunk(2))
        {
            Learn(domain, update, batch);
            state = update.Step(TextTask.Entropy(batch), state, Token).State;
        }

        Assert.Equal(state!.Parameters.Values.ToArray(), domain.Serving.Parameters!.Values.ToArray());
        Assert.Equal(3, domain.Serving.Updates);
    }

    [Fact]
    public void Update_StepThatCollapses_NeverServes()
    {
        // At such a rate a single step leaves nothing of the model.
        var options = new TentOptions { BatchSize = 4, LearningRate = 1 };
        var update = Update(options);
        var domain = new TentDomain(update, labels: 3, options);

        var round = Learn(domain, update, [.. Enumerable.Range(0, 4).Select(_ => Text())]);

        Assert.Equal(CollapsedLabels.Drift, round!.Sign);
        Assert.Null(domain.Serving.Parameters);
        Assert.Equal(1, domain.Resets);
    }

    [Fact]
    public void Update_SameStepUnwatched_Serves()
    {
        var options = new TentOptions { BatchSize = 4, LearningRate = 1, Guarded = false };
        var update = Update(options);
        var domain = new TentDomain(update, labels: 3, options);

        Assert.Null(Learn(domain, update, [.. Enumerable.Range(0, 4).Select(_ => Text())])!.Sign);
        Assert.NotNull(domain.Serving.Parameters);
    }

    [Fact]
    public void Observe_AnswersThatCollapse_GoBackBeforeTheyAreServed()
    {
        var (domain, _) = Taught();
        var version = domain.Serving;
        var signs = new List<CollapsedLabels?>();
        for (var i = 0; i < 4; i++) signs.Add(domain.Observe(version, Text(), new LabelAnswer(i % 3, 0.5), new LabelAnswer(0, 0.5), teaches: true));

        Assert.Contains(signs, sign => sign is CollapsedLabels.OneLabel or CollapsedLabels.Changed);
        Assert.Null(domain.Serving.Parameters);
        Assert.Equal(1, domain.Resets);
        // The window is that of the model now, which is never a sign of collapse.
        Assert.Null(domain.Observe(domain.Serving, Text(), new LabelAnswer(0, 0.5), new LabelAnswer(0, 0.5), teaches: true));
    }

    [Fact]
    public void Observe_NotANumber_GoesBackAtOnce()
    {
        var (domain, _) = Taught();

        Assert.Equal(CollapsedLabels.NotFinite, domain.Observe(domain.Serving, Text(), new LabelAnswer(0, 0.5), new LabelAnswer(0, double.NaN), teaches: true));
        Assert.Null(domain.Serving.Parameters);
    }

    [Fact]
    public void Observe_WhoeverMayNotTeach_ChangesNothing()
    {
        var (domain, _) = Taught();
        var version = domain.Serving;

        var sign = domain.Observe(version, Text(), new LabelAnswer(0, 0.5), new LabelAnswer(0, double.NaN), teaches: false);

        Assert.Equal(CollapsedLabels.NotFinite, sign);
        Assert.Same(version, domain.Serving);
        Assert.False(domain.TryBegin());
    }

    [Fact]
    public void Update_ResetMeanwhile_ServesNothingOfIt()
    {
        var options = new TentOptions { BatchSize = 2, LearningRate = 1e-3 };
        var update = Update(options);
        TentDomain? domain = null;
        var resetting = new TextUpdate(
            (parameters, batch) =>
            {
                domain!.Reset();
                return _network.Forward(parameters, batch);
            },
            update.Source, options.LearningRate, TimeProvider.System);
        domain = new TentDomain(resetting, labels: 3, options);
        Teach(domain, update, [Text(), Text()]);

        Assert.True(domain.TryBegin());
        Assert.Null(domain.Update(Token));
        Assert.Null(domain.Serving.Parameters);
        Assert.False(domain.TryBegin());
    }

    [Fact]
    public void GiveUp_Batch_IsLeftOut()
    {
        var options = new TentOptions { BatchSize = 2 };
        var update = Update(options);
        var domain = new TentDomain(update, labels: 3, options);
        Teach(domain, update, [Text(), Text()]);
        Assert.True(domain.TryBegin());

        domain.GiveUp();

        Assert.False(domain.TryBegin());
        Assert.Null(domain.Serving.Parameters);
    }

    [Fact]
    public void Update_TextsThatChangeAfterTheWindow_GoBackByLossImprovement()
    {
        var options = new TentOptions
        {
            BatchSize = 2,
            LearningRate = 3e-3,
            ResetWindow = 8,
            ResetPatience = 1,
            MaxChangedShare = 1,
            MaxLabelGain = 1,
            MinEntropyShare = 0,
            MaxDrift = 100,
            MaxEntropyShare = 1,
        };
        var update = Update(options);
        var domain = new TentDomain(update, labels: 3, options);
        var settled = new[] { Text(), Text() };
        for (var i = 0; i < 8; i++) Learn(domain, update, settled);

        var signs = new List<CollapsedLabels?>();
        for (var i = 0; i < 12; i++) signs.Add(Learn(domain, update, [Text(), Text()])?.Sign);

        Assert.Contains(CollapsedLabels.LossImprovement, signs);
    }

    public void Dispose()
    {
        _network.Dispose();
        _model.Dispose();
        _tiny.Dispose();
    }

    private TextUpdate Update(TentOptions options) =>
        new((parameters, batch) => _network.Forward(parameters, batch), _model.Source(ParameterSet.Parse("layer-norm")), options.LearningRate, TimeProvider.System);

    private TokenBatch Text() => new([[2, .. Enumerable.Range(0, _random.Next(2, 9)).Select(_ => _random.Next(5, 22)), 3]]);

    /// <summary>A domain with one update, whose window has four texts.</summary>
    private (TentDomain Domain, TextUpdate Update) Taught()
    {
        var options = new TentOptions { BatchSize = 4, Window = 4, LearningRate = 1e-4 };
        var update = Update(options);
        var domain = new TentDomain(update, labels: 3, options);
        Assert.Null(Learn(domain, update, [.. Enumerable.Range(0, 4).Select(_ => Text())])!.Sign);
        return (domain, update);
    }

    private static TentRound? Learn(TentDomain domain, TextUpdate update, TokenBatch[] texts)
    {
        Teach(domain, update, texts);
        Assert.True(domain.TryBegin());
        return domain.Update(Token);
    }

    private static void Teach(TentDomain domain, TextUpdate update, TokenBatch[] texts)
    {
        foreach (var text in texts)
        {
            var version = domain.Serving;
            domain.Observe(version, text, LabelAnswer.Of(update.Logits([text], null, Token)[0]), LabelAnswer.Of(update.Logits([text], version.Parameters, Token)[0]), teaches: true);
        }
    }
}
