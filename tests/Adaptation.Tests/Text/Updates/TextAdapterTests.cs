using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Text;

namespace Attune.Adaptation.Tests.Text.Updates;

public sealed class TextAdapterTests : IDisposable
{
    private static readonly TextExample[] Texts = [new("1", "the cat sat on the mat"), new("2", "the the the"), new("3", "a cat")];

    private readonly TinyTextModel _gpt2 = TinyTextModel.Gpt2();
    private readonly TinyTextModel _bert = TinyTextModel.Bert();
    private readonly TextEngine _causal;
    private readonly TextEngine _classifier;
    private readonly AdaptationThreads _threads = new(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, QueueCapacity = 1 });

    public TextAdapterTests()
    {
        _causal = new TextEngine(_gpt2.Open(), ParameterSet.Parse("layer-norm"));
        _classifier = new TextEngine(_bert.Open(), ParameterSet.Parse("layer-norm"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TrainAsync_NeighboursOfACausalModel_MakesThemMoreProbable()
    {
        using var adapter = Adapter(_causal);
        var before = LogProbability(null);

        var adapted = await adapter.TrainAsync(Texts, new TextAdaptationRequest(Steps: 4), Token);

        Assert.Equal((TextAdaptationOutcome.Adapted, 3, 4), (adapted.Report.Outcome, adapted.Report.Neighbours, adapted.Report.Steps.Count));
        Assert.True(adapted.Report.LossAfter < adapted.Report.LossBefore);
        Assert.True(LogProbability(adapted.Parameters) > before);
        Assert.Equal(before, LogProbability(null));

        double LogProbability(AdaptableParameters? parameters) => Texts.Sum(example =>
        {
            using var scoring = _causal.Score(example.Text, parameters);
            while (scoring.Advance(Token))
            {
            }

            return scoring.Result.LogProbability;
        });
    }

    [Fact]
    public async Task TrainAsync_LabelsOfAClassifier_MakesThemMoreProbable()
    {
        using var adapter = Adapter(_classifier);
        TextExample[] labelled = [new("1", "the good cat", 2), new("2", "the bad cat", 0)];

        var adapted = await adapter.TrainAsync(labelled, new TextAdaptationRequest(Steps: 10), Token);

        Assert.Equal(TextAdaptationOutcome.Adapted, adapted.Report.Outcome);
        foreach (var example in labelled) Assert.True(Probability(example, adapted.Parameters) > Probability(example, null));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => adapter.TrainAsync([new("1", "the", 3)], new TextAdaptationRequest(), Token));

        double Probability(TextExample example, AdaptableParameters? parameters)
        {
            using var work = _classifier.Classify(example.Text, pair: null, parameters);
            work.Advance(Token);
            return work.Result.Single(label => label.Index == example.Label).Probability;
        }
    }

    [Fact]
    public async Task TrainAsync_SameRequestTwice_GivesTheSame()
    {
        using var adapter = Adapter(_causal);

        var first = await adapter.TrainAsync(Texts, new TextAdaptationRequest(), Token);
        var second = await adapter.TrainAsync(Texts, new TextAdaptationRequest(), Token);

        Assert.Equal(first.Parameters!.Values.ToArray(), second.Parameters!.Values.ToArray());
    }

    [Fact]
    public async Task TrainAsync_TextLongerThanTheContext_IsTrainedInWindows()
    {
        using var adapter = Adapter(_causal);
        var text = string.Concat(Enumerable.Repeat("the cat ", 40));

        var adapted = await adapter.TrainAsync([new("1", text)], new TextAdaptationRequest(Steps: 2), Token);

        Assert.Equal(TextAdaptationOutcome.Adapted, adapted.Report.Outcome);
        Assert.True(adapted.Report.TokensPerStep > _causal.Model.Config.ContextLength);
    }

    [Fact]
    public async Task SharpenAsync_Text_IsMoreCertain()
    {
        using var adapter = Adapter(_classifier);
        using var work = _classifier.Classify("the good cat", "a mat");

        var adapted = await adapter.SharpenAsync(work.Tokens, new TextAdaptationRequest(Steps: 5), Token);

        Assert.Equal((TextAdaptationOutcome.Adapted, 0, 5), (adapted.Report.Outcome, adapted.Report.Neighbours, adapted.Report.Steps.Count));
        Assert.True(adapted.Report.LossAfter < adapted.Report.LossBefore);
    }

    [Fact]
    public async Task TrainAsync_NothingToDo_SaysWhy()
    {
        using var adapter = Adapter(_causal);

        Assert.Equal(TextAdaptationOutcome.NotRequested, await OutcomeAsync(new(Steps: 0)));
        Assert.Equal(TextAdaptationOutcome.NoNeighbours, (await adapter.TrainAsync([], new(), Token)).Report.Outcome);
        Assert.Equal(TextAdaptationOutcome.QuotaSpent, await OutcomeAsync(new() { QuotaSpent = true }));
        Assert.Equal(TextAdaptationOutcome.BudgetSpent, await OutcomeAsync(new(LatencyBudget: TimeSpan.Zero)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => OutcomeAsync(new(Steps: 101)));

        async Task<TextAdaptationOutcome> OutcomeAsync(TextAdaptationRequest request) => (await adapter.TrainAsync(Texts, request, Token)).Report.Outcome;
    }

    [Fact]
    public async Task TrainAsync_RateOfMadness_AnswersFromTheModel()
    {
        using var engine = new TextEngine(_gpt2.Open(), ParameterSet.Parse("all"));
        using var adapter = Adapter(engine, new TextAdaptationOptions { LearningRate = 1 });

        var adapted = await adapter.TrainAsync(Texts, new TextAdaptationRequest(Steps: 3), Token);

        Assert.Equal(TextAdaptationOutcome.Diverged, adapted.Report.Outcome);
        Assert.Null(adapted.Parameters);
    }

    [Fact]
    public async Task TrainAsync_QueueIsFull_SaysOverloaded()
    {
        using var adapter = Adapter(_causal);
        using var holding = new ManualResetEventSlim();
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _threads.TryRun(() => Hold(running, holding), Token)!;
        await running.Task;
        var waiting = _threads.TryRun(() => true, Token)!;

        var adapted = await adapter.TrainAsync(Texts, new TextAdaptationRequest(), Token);

        Assert.Equal(TextAdaptationOutcome.Overloaded, adapted.Report.Outcome);
        holding.Set();
        await Task.WhenAll(first, waiting);
    }

    [Fact]
    public async Task TrainAsync_DisposedMeanwhile_ComputesNothing()
    {
        var adapter = Adapter(_causal);
        using var holding = new ManualResetEventSlim();
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _threads.TryRun(() => Hold(running, holding), Token)!;
        await running.Task;
        var training = adapter.TrainAsync(Texts, new TextAdaptationRequest(), Token);

        adapter.Dispose();
        holding.Set();

        Assert.Equal(TextAdaptationOutcome.BudgetSpent, (await training).Report.Outcome);
        await first;
    }

    [Fact]
    public void Answered_Late_KeepsCostsFromBeingDoubted()
    {
        using var adapter = Adapter(_causal);
        var length = TextUpdate.Length(20);
        adapter.Update.Costs.Observe(length, TimeSpan.FromSeconds(1));
        var answer = new TextAdaptationReport(TextAdaptationOutcome.BudgetSpent, Neighbours: 0, []);

        adapter.Answered(answer, left: TimeSpan.FromMilliseconds(1));
        adapter.Update.Costs.Doubt(length);
        var doubted = adapter.Update.Costs.Predict(length);
        adapter.Answered(answer, left: TimeSpan.FromMilliseconds(-1));
        adapter.Update.Costs.Doubt(length);

        Assert.True(doubted < TimeSpan.FromSeconds(1));
        Assert.Equal(doubted, adapter.Update.Costs.Predict(length));
    }

    public void Dispose()
    {
        _threads.Dispose();
        _causal.Dispose();
        _classifier.Dispose();
        _gpt2.Dispose();
        _bert.Dispose();
    }

    private static bool Hold(TaskCompletionSource running, ManualResetEventSlim holding)
    {
        running.SetResult();
        return holding.Wait(TimeSpan.FromMinutes(1), Token);
    }

    private TextAdapter Adapter(TextEngine engine, TextAdaptationOptions? options = null) => new(engine, options ?? new TextAdaptationOptions(), _threads, TimeProvider.System);
}
