using System.Text.Json;
using Attune.Adaptation;

namespace Attune.Cli.Evaluation;

/// <summary><c>suta</c>: fast updates from the model, by the recogniser that serves requests without a domain.</summary>
/// <param name="recognizer">Disposed with this.</param>
internal sealed class EpisodicRun(AdaptiveRecognizer recognizer) : IStrategyRun
{
    public async Task<StrategyAnswer> RecognizeAsync(float[] samples, bool isBoundary, CancellationToken cancellationToken)
    {
        var utterance = await recognizer.RecognizeUtteranceAsync(
            samples, default, from: null, new AdaptationRequest(), draftReady: null, cancellationToken);
        var outcome = JsonNamingPolicy.SnakeCaseLower.ConvertName(utterance.Adaptation.Outcome.ToString());
        return new StrategyAnswer(utterance.Final.Text, utterance.Adaptation.Steps.Count, outcome);
    }

    public async Task<string> RecallAsync(float[] samples, CancellationToken cancellationToken)
    {
        var utterance = await recognizer.RecognizeUtteranceAsync(samples, default, from: null, AdaptationRequest.None, draftReady: null, cancellationToken);
        return utterance.Final.Text;
    }

    public void Dispose() => recognizer.Dispose();
}
