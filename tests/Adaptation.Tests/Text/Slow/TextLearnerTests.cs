using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Slow;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Text;
using Attune.Text.Inference;
using Attune.Text.Models;
using TorchSharp;

namespace Attune.Adaptation.Tests.Text.Slow;

[Collection(nameof(TinyTextNetworks))]
public sealed class TextLearnerTests(TinyTextNetworks tiny)
{
    private const int Window = 16;

    private static readonly ParameterSet Set = ParameterSet.Parse("lora-2");

    private readonly TextModel _model = tiny.Model;
    private readonly TextModel _classifier = tiny.Classifier;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void IsHeldBack_ManyIds_IsTheShareAndStays()
    {
        string[] ids = [.. Enumerable.Range(0, 10_000).Select(id => $"{id:x32}")];

        var held = ids.Where(id => TextRound.IsHeldBack(id, 0.2)).ToArray();

        Assert.InRange(held.Length, 1_840, 2_160); // four standard deviations
        Assert.All(held, id => Assert.True(TextRound.IsHeldBack(id, 0.2) && TextRound.IsHeldBack(id, 0.3)));
        Assert.DoesNotContain(ids, id => TextRound.IsHeldBack(id, 0));
        Assert.All(ids, id => Assert.True(TextRound.IsHeldBack(id, 1)));
    }

    [Fact]
    public void Loss_CausalTexts_IsBitsOfAllTokensOverAllBytes()
    {
        TextExample[] examples = [new("1", "thé cat"), new("2", "the mat sat on the cat and on the mat")]; // 8 bytes of 7 characters; two windows
        var nats = examples.SelectMany(example => TextWindows.Rows(_model, example.Text, Window)).Sum(Nats);

        var loss = new ExampleLoss(_model, Causal(), Window).Of(examples, parameters: null, Token);

        Assert.Equal(2, TextWindows.Rows(_model, examples[1].Text, Window).Count);
        Assert.Equal(nats / Math.Log(2) / (8 + 37), loss, 5);

        double Nats(int[] row)
        {
            using var scope = torch.NewDisposeScope();
            var batch = new TokenBatch([row]);
            return -NextTokenObjective.LogProbabilities(tiny.Network.Forward(parameters: null, batch), batch).sum().item<float>();
        }
    }

    [Fact]
    public void Train_TwoTasks_AreTwoStepsWithTheMomentsBetween()
    {
        TextTask[] tasks = [Task("the cat"), Task("on the mat")];
        var update = Causal();
        var (first, between) = update.Step(tasks[0], start: null, Token);
        var (second, expected) = update.Step(tasks[1], between, Token);

        var (steps, parameters) = update.Train(tasks, Token);

        Assert.Equal([first.Loss, second.Loss], steps.Select(step => step.Loss));
        Assert.Equal(expected.Parameters.Values.ToArray(), parameters.Values.ToArray());
    }

    [Fact]
    public void Judge_Candidate_MeasuresEachQuestionAgainstItsBound()
    {
        var (loss, guard) = (new ExampleLoss(_model, Causal(), Window), OwnTexts());
        var (before, candidate) = (Trained("on"), Trained("the cat sat"));
        var (learnt, heldBack) = (Examples("the cat sat", "sat"), Examples("a cat sat"));
        double Of(IReadOnlyList<TextExample> examples, AdaptableParameters? parameters) => loss.Of(examples, parameters, Token);
        var (reliability, generality) = (Of(learnt, candidate) - Of(learnt, before), Of(heldBack, candidate) - Of(heldBack, before));
        var locality = Math.Pow(2, Of(Examples(guard), null) - Of(Examples(guard), candidate));

        var strict = Judge(new TextSlowOptions { MinGain = Math.Max(-reliability, -generality) + 1e-6, MinLocality = locality + 1e-6 });
        var (verdict, lossBefore, lossAfter) = Judge(new TextSlowOptions { MinGain = Math.Min(-reliability, -generality) - 1e-6, MinLocality = locality - 1e-6 });

        Assert.True(reliability < 0 && generality < 0 && locality is > 0 and not 1, $"{reliability} {generality} {locality}");
        Assert.True(verdict.Passed);
        Assert.Equal([GateQuestion.Reliability, GateQuestion.Generality, GateQuestion.Locality], verdict.Checks.Select(check => check.Question));
        Assert.Equal([reliability, generality, locality], verdict.Checks.Select(check => check.Figure!.Value));
        Assert.Equal([2, 1, guard.Length], verdict.Checks.Select(check => check.Samples));
        Assert.Equal((Of(learnt, before), Of(learnt, candidate)), (lossBefore!.Value, lossAfter!.Value));
        Assert.All(strict.Verdict.Checks, check => Assert.False(check.Passed));

        (GateVerdict Verdict, double? Before, double? After) Judge(TextSlowOptions options) => new TextGate(loss, guard, options).Judge(before, candidate, learnt, heldBack, Token);
    }

    [Fact]
    public void Learn_TextsOfOneKind_MakesARevisionOfThoseNotHeldBack()
    {
        var round = Round(Sentences(40));
        var tensors = torch.Tensor.TotalCount;

        var outcome = Learner().Learn(round, Token);

        var revision = outcome.Candidate!;
        Assert.Equal(tensors, torch.Tensor.TotalCount);
        Assert.Equal(LearningResult.Learnt, outcome.Result);
        Assert.Equal((1L, 1L, "line", 1L, Revision.Source), (outcome.State.Current, outcome.State.LastRevision, revision.Domain, revision.Number, revision.Parent));
        Assert.Equal((_model.Sha256, "lora-2"), (revision.ModelSha256, revision.ParameterSet));
        Assert.Equal(round.Examples.Select(example => example.Id).Where(id => !TextRound.IsHeldBack(id, 0.2)), revision.UtteranceIds);
        Assert.Equal([true, true, true], revision.Verdict.Checks.Select(check => check.Passed));
        Assert.Equal(revision.UtteranceIds.Count, revision.Verdict.Checks[0].Samples);
        Assert.Equal(round.Examples.Count - revision.UtteranceIds.Count, revision.Verdict.Checks[1].Samples);
        Assert.True(outcome.Figures.LossAfter < outcome.Figures.LossBefore);
        Assert.Null(revision.State.Moments);
    }

    [Fact]
    public void Learn_WhateverServes_TheSameExamplesGiveTheSameCandidate()
    {
        var round = Round(Sentences(30));

        var first = Learner().Learn(round, Token).Candidate!;
        var later = Learner().Learn(round with { Current = first.State.Parameters, State = LearningState.New with { LastRevision = 7, Good = [7] } }, Token);

        Assert.Equal(first.State.Parameters.Values.ToArray(), later.Candidate!.State.Parameters.Values.ToArray());
        Assert.Equal((LearningResult.Refused, 8L), (later.Result, later.Candidate.Number)); // nothing is gained any more
        Assert.Equal((7L, 8L), (later.State.Current, later.State.LastRevision));
        Assert.Equal(0.0, later.Candidate.Verdict.Checks[1].Figure);
    }

    [Fact]
    public void Learn_RateThatDestroys_IsRefused()
    {
        var outcome = Learner(options => (options.LearningRate, options.MinLocality) = (1, 0.8)).Learn(Round(Sentences(30)), Token);

        Assert.Equal((LearningResult.Refused, Revision.Source), (outcome.Result, outcome.State.Current));
        Assert.InRange(outcome.Candidate!.Verdict.Checks[2].Figure!.Value, 0, 0.8); // what the model knew is gone
    }

    [Fact]
    public void Learn_NothingHeldBackOrNothingLearnt_IsRefused()
    {
        var ids = Enumerable.Range(0, 1_000).Select(id => $"{id:x32}").ToLookup(id => TextRound.IsHeldBack(id, 0.2));

        foreach (var isHeldBack in new[] { true, false })
        {
            var outcome = Learner().Learn(Round([.. ids[isHeldBack].Take(8).Select(id => new TextExample(id, "the cat"))]), Token);

            Assert.Equal(LearningResult.Refused, outcome.Result);
            Assert.Equal((0, (double?)null, false), Question(outcome, isHeldBack ? GateQuestion.Reliability : GateQuestion.Generality));
        }

        static (int Samples, double? Figure, bool Passed) Question(LearningOutcome outcome, GateQuestion question)
        {
            var check = outcome.Candidate!.Verdict.Checks.Single(check => check.Question == question);
            return (check.Samples, check.Figure, check.Passed);
        }
    }

    [Fact]
    public void Learn_LabelledExamples_MakesAClassifierOfThem()
    {
        string[] animals = ["the cat", "a cat sat", "the cat on the mat"], others = ["good play", "bad play", "playing a bad play"];
        var examples = Enumerable.Range(0, 40).Select(i => new TextExample($"{i:x32}", (i % 2 == 0 ? animals : others)[i / 2 % 3], i % 2)).ToArray();
        var update = tiny.Labels(Set, 0.02);
        var options = new TextSlowOptions { Epochs = 5 };

        var outcome = new TextLearner(_classifier, Set, update, [], options, Window, TimeProvider.System).Learn(Round(examples), Token);

        Assert.Equal(LearningResult.Learnt, outcome.Result);
        Assert.Equal((null, true), (outcome.Candidate!.Verdict.Checks[2].Figure, outcome.Candidate.Verdict.Checks[2].Passed)); // it writes no texts
        var logits = update.Logits([new TokenBatch([TextWindows.Rows(_classifier, animals[0], Window)[0]])], outcome.Candidate.State.Parameters, Token)[0];
        Assert.Equal(0, Array.IndexOf(logits, logits.Max()));
    }

    private static TextRound Round(IReadOnlyList<TextExample> examples) => new("line", LearningState.New, Current: null, examples);

    private static TextExample[] Sentences(int count) => [.. Enumerable.Range(0, count).Select(i => new TextExample($"{i:x32}", $"the cat sat on mat {i % 7}"))];

    private static TextExample[] Examples(params string[] texts) => [.. texts.Select(text => new TextExample("", text))];

    private TextUpdate Causal(double rate = 0.01) => tiny.Causal(Set, rate);

    private TextTask Task(string text) => new ExampleLoss(_model, Causal(), Window).ToTask(Examples(text));

    private AdaptableParameters Trained(string text) => Causal().Train(Enumerable.Repeat(Task(text), 5), Token).Parameters;

    private string[] OwnTexts()
    {
        using var engine = new TextEngine(tiny.OpenModel());
        return [.. Adaptation.Text.OwnTexts.Write(engine, count: 8, maxTokens: 12, seed: 1, Token)];
    }

    private TextLearner Learner(Action<TextSlowOptions>? configure = null)
    {
        var options = new TextSlowOptions { LearningRate = 0.01, MinLocality = 0 };
        configure?.Invoke(options);
        return new TextLearner(_model, Set, Causal(options.LearningRate), OwnTexts(), options, Window, TimeProvider.System);
    }
}
