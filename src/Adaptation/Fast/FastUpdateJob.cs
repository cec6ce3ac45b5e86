using Attune.Adaptation.Neighbours;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Fast;

/// <summary>One utterance for <see cref="FastUpdate"/>, alone or together with others.</summary>
/// <param name="start">Parameters and moments of the utterance's domain; null for the model's own parameters. Not changed.</param>
/// <param name="waveform">Normalised samples at the model's rate.</param>
/// <param name="hidden">What the last K layers take, from the draft's forward pass; null to compute it in the update.</param>
/// <param name="steps">Gradient steps, from 0.</param>
/// <param name="budget">
/// Asked when the update begins: time for everything, the last forward pass included; null, or its answer null, for as long as it takes.
/// </param>
/// <param name="cancellationToken">Honoured between steps.</param>
/// <remarks>For one run. Thread-safe.</remarks>
public sealed class FastUpdateJob(
    AdaptationState? start,
    ReadOnlyMemory<float> waveform,
    HiddenStates? hidden,
    int steps,
    Func<TimeSpan?>? budget,
    CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<FastUpdateResult?> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// What was found, as soon as this utterance has it; null if the budget has no room for the first step. Cancelled if it was; faulted with
    /// <see cref="ArgumentException"/> if its start is of another parameter set or model.
    /// </summary>
    public Task<FastUpdateResult?> Result => _completion.Task;

    /// <summary>Which utterances of its domain join its loss; null for none. Default null.</summary>
    public NeighbourSearch? Neighbours { get; init; }

    /// <summary>Whether the result has the adapted parameters. Default false: an answer does not need them, and they are megabytes.</summary>
    public bool WantsParameters { get; init; }

    internal AdaptationState? Start => start;

    internal ReadOnlyMemory<float> Waveform => waveform;

    internal HiddenStates? Hidden => hidden;

    internal int Steps { get; } = ValidSteps(steps);

    internal CancellationToken CancellationToken => cancellationToken;

    internal TimeSpan? Budget() => budget?.Invoke();

    internal void Complete(FastUpdateResult? result) => _completion.TrySetResult(result);

    internal void Cancel(CancellationToken token) => _completion.TrySetCanceled(token);

    internal void Fail(Exception exception) => _completion.TrySetException(exception);

    private static int ValidSteps(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        return steps;
    }
}
