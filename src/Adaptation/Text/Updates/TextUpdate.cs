using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Updates;

/// <summary>A few AdamW steps on a task, from the model's own parameters or from a domain's.</summary>
/// <remarks>
/// <para>Each step: (1) loss and gradient, piece by piece; (2) AdamW without weight decay. After the last one, the loss once more. A loss or gradient that is no number ends the
/// steps. Budgets are kept by what steps of as many tokens cost of late (<see cref="StepCosts"/>, for which a token counts as 10 ms), with what the way to the answer needed
/// beside.</para>
/// <para>Thread-safe; synchronous, on one of the <see cref="AdaptationThreads"/>.</para>
/// </remarks>
/// <param name="forward">The trainable twin's pass: parameters and tokens to logits.</param>
/// <param name="source">The model's own parameters.</param>
/// <param name="learningRate">AdamW's step size, above 0.</param>
/// <param name="time">Clock of the budget.</param>
/// <param name="precedence">What each piece gives way to; nothing if null.</param>
public sealed class TextUpdate(
    Func<ParameterTensors, TokenBatch, Tensor> forward, AdaptableParameters source, double learningRate, TimeProvider time, RequestPrecedence? precedence = null)
{
    private static readonly TimeSpan PerToken = TimeSpan.FromMilliseconds(10);

    /// <summary>The model's own parameters.</summary>
    public AdaptableParameters Source => source;

    /// <summary>What steps cost, by <see cref="Length"/>.</summary>
    public StepCosts Costs { get; } = new();

    /// <summary>How long a task is for <see cref="Costs"/>.</summary>
    /// <param name="tokens">That a step reads, from 1.</param>
    public static TimeSpan Length(int tokens) => tokens * PerToken;

    /// <summary>How long a task can wait before its budget has no room for a step; negative if it has none now.</summary>
    /// <param name="budget">From now, for everything.</param>
    /// <param name="tokens">That a step reads.</param>
    public TimeSpan Patience(TimeSpan budget, int tokens) => budget - WithFinal(Costs.Predict(Length(tokens)), 1) - Costs.Reserve(Length(tokens));

    /// <summary>Whether a budget has room for so many steps.</summary>
    public bool HasRoom(TimeSpan budget, int tokens, int steps) => WithFinal(Costs.Predict(Length(tokens)), steps) + Costs.Reserve(Length(tokens)) <= budget;

    /// <summary>Whether a budget has room for a step; a refusal for what steps and answers cost by the measurements makes these count a little less.</summary>
    public bool HasRoom(TimeSpan budget, int tokens)
    {
        if (budget <= TimeSpan.Zero) return false;
        if (Patience(budget, tokens) >= TimeSpan.Zero) return true;
        Costs.Doubt(Length(tokens));
        return false;
    }

    /// <summary>Runs the steps.</summary>
    /// <param name="task">What is minimised.</param>
    /// <param name="steps">Most steps, from 0.</param>
    /// <param name="remaining">Time that is left at the moment it is asked; null, or its answer null, for as long as it takes.</param>
    /// <param name="cancellationToken">Honoured between pieces.</param>
    /// <param name="start">Where they begin; null for the model's own parameters. Not changed.</param>
    /// <returns>Null if the budget has no room for the first step.</returns>
    public TextUpdateResult? Run(TextTask task, int steps, Func<TimeSpan?>? remaining, CancellationToken cancellationToken, AdaptableParameters? start = null)
    {
        if (remaining?.Invoke() is { } budget && !HasRoom(budget, task.TokenCount)) return null;
        using var scope = NewDisposeScope();
        using var parameters = new ParameterTensors(start ?? source);
        using var optimizer = new AdamW(parameters, learningRate);
        var (taken, stopped, spare) = (new List<TextStep>(), false, (TimeSpan?)null);
        while (taken.Count < steps && taken.All(step => double.IsFinite(step.Loss) && double.IsFinite(step.GradientNorm)))
        {
            if (remaining?.Invoke() is { } left)
            {
                var cost = taken.Count > 0 ? taken.Max(step => step.Elapsed) : Costs.Predict(Length(task.TokenCount));
                var after = left - WithFinal(cost, 1);
                stopped = taken.Count > 0 && after < Costs.Reserve(Length(task.TokenCount));
                if (stopped) break;
                spare = after;
            }

            var step = Step(task, parameters, optimizer, cancellationToken);
            taken.Add(step);
            Costs.Observe(Length(task.TokenCount), step.Elapsed);
        }

        return new TextUpdateResult(taken, Evaluate(task, parameters, cancellationToken), parameters.ToParameters(0), stopped) { BudgetSpare = spare };
    }

    /// <summary>One step whose result goes on: parameters and moments.</summary>
    /// <param name="task">What is minimised.</param>
    /// <param name="start">Where it begins; null for the model's own parameters. Not changed.</param>
    /// <param name="cancellationToken">Honoured between pieces.</param>
    public (TextStep Step, AdaptationState State) Step(TextTask task, AdaptationState? start, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var parameters = new ParameterTensors(start?.Parameters ?? source);
        using var optimizer = new AdamW(parameters, learningRate, start: start?.Moments);
        var step = Step(task, parameters, optimizer, cancellationToken);
        return (step, new AdaptationState(parameters.ToParameters(0), optimizer.ToMoments(0)));
    }

    /// <summary>One step on each of several tasks, from the model's own parameters. One whose loss or gradient is no number ends them.</summary>
    /// <param name="tasks">What is minimised in turn; each is asked for when it is its turn.</param>
    /// <param name="cancellationToken">Honoured between pieces.</param>
    /// <returns>The steps that were run, and what they made.</returns>
    public (IReadOnlyList<TextStep> Steps, AdaptableParameters Parameters) Train(IEnumerable<TextTask> tasks, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var parameters = new ParameterTensors(source);
        using var optimizer = new AdamW(parameters, learningRate);
        var taken = new List<TextStep>();
        foreach (var task in tasks)
        {
            taken.Add(Step(task, parameters, optimizer, cancellationToken));
            if (!double.IsFinite(taken[^1].Loss) || !double.IsFinite(taken[^1].GradientNorm)) break;
        }

        return (taken, parameters.ToParameters(0));
    }

    /// <summary>The loss of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="parameters">A version of the parameters; null for the model's own.</param>
    /// <param name="cancellationToken">Honoured between pieces.</param>
    public double Evaluate(TextTask task, AdaptableParameters? parameters, CancellationToken cancellationToken)
    {
        using var values = new ParameterTensors(parameters ?? source);
        return Evaluate(task, values, cancellationToken);
    }

    /// <summary>Logits of a classifier for texts of one row each.</summary>
    /// <param name="texts">Tokens of each.</param>
    /// <param name="parameters">A version of the parameters; null for the model's own.</param>
    /// <param name="cancellationToken">Honoured between pieces.</param>
    /// <returns>L values of each text.</returns>
    public IReadOnlyList<float[]> Logits(IReadOnlyList<TokenBatch> texts, AdaptableParameters? parameters, CancellationToken cancellationToken)
    {
        using var noGradients = no_grad();
        using var values = new ParameterTensors(parameters ?? source);
        var logits = new float[texts.Count][];
        foreach (var (batch, places) in TextTask.Together(texts))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var rows = forward(values, batch).cpu(); // (N, L)
            for (var row = 0; row < places.Count; row++) logits[places[row]] = rows[row].data<float>().ToArray();
        }

        return logits;
    }

    /// <summary>The loss and what to add to every parameter to make it larger.</summary>
    /// <returns>The loss in nats, and the gradient, shape (1, P). The caller's scope disposes.</returns>
    internal (double Loss, Tensor Gradient) Gradient(TextTask task, ParameterTensors parameters, CancellationToken cancellationToken)
    {
        var (loss, gradients) = (0.0, zeros_like(parameters.Buffer));
        foreach (var piece in task.Pieces)
        {
            Begin(cancellationToken);
            using var scope = NewDisposeScope();
            var part = piece.Loss(forward(parameters, piece.Batch));
            gradients.Accumulate(parameters.Gradients(part));
            loss += part.item<float>();
        }

        return (loss, gradients);
    }

    private TextStep Step(TextTask task, ParameterTensors parameters, AdamW optimizer, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var scope = NewDisposeScope();
        var (loss, gradients) = Gradient(task, parameters, cancellationToken);
        var norm = gradients.RowNorms().item<float>();
        optimizer.Step(parameters, gradients);
        return new TextStep(loss, norm, time.GetElapsedTime(started));
    }

    private double Evaluate(TextTask task, ParameterTensors parameters, CancellationToken cancellationToken)
    {
        using var noGradients = no_grad();
        var loss = 0.0;
        foreach (var piece in task.Pieces)
        {
            Begin(cancellationToken);
            using var scope = NewDisposeScope();
            loss += piece.Loss(forward(parameters, piece.Batch)).item<float>();
        }

        return loss;
    }

    private void Begin(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        precedence?.GiveWay(cancellationToken);
    }

    /// <summary>A step costs a forward and a backward pass; what follows the last one costs a forward pass, a third of that.</summary>
    private static TimeSpan WithFinal(TimeSpan step, int steps) => step * ((3 * steps) + 1) / 3;
}
