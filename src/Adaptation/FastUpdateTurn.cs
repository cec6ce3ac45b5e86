using Attune.Adaptation.Fast;

namespace Attune.Adaptation;

/// <summary>What came of an utterance's way to its fast update.</summary>
/// <param name="Result">What was found; null if there was no update.</param>
/// <param name="Waited">Time in the queue; zero if there was none.</param>
/// <param name="Skipped">Why there was none; of no meaning where there is a result, which may still be one not to be served.</param>
internal readonly record struct FastUpdateTurn(FastUpdateResult? Result, TimeSpan Waited, AdaptationOutcome Skipped)
{
    public static FastUpdateTurn Skip(AdaptationOutcome reason) => new(Result: null, TimeSpan.Zero, reason);
}
