using System.Text.Json;
using Attune.Adaptation;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Strategies;

namespace Attune.Cli.Evaluation;

/// <summary>A strategy of one domain, by the classes that serve.</summary>
/// <param name="recognizer">Disposed with this.</param>
/// <param name="domain">Disposed with this.</param>
/// <param name="reset">Of the strategy.</param>
internal sealed class DomainRun(AdaptiveRecognizer recognizer, SerialDomain domain, ResetPolicy reset) : IStrategyRun
{
    public async Task<StrategyAnswer> RecognizeAsync(float[] samples, bool isBoundary, CancellationToken cancellationToken)
    {
        var isTold = isBoundary && reset == ResetPolicy.Oracle;
        if (isTold) domain.Reset();
        var streamed = await domain.NextAsync(samples, cancellationToken);
        var adaptation = streamed.Recognized.Adaptation;
        return new StrategyAnswer(
            streamed.Recognized.Answer.Text,
            adaptation.Steps.Count,
            JsonNamingPolicy.SnakeCaseLower.ConvertName(adaptation.Outcome.ToString()),
            isTold || streamed.Learning?.Result == LearningResult.Reset,
            streamed.Learning?.Figures.LossImprovement);
    }

    public async Task<string> RecallAsync(float[] samples, CancellationToken cancellationToken)
    {
        var utterance = await recognizer.RecognizeUtteranceAsync(
            samples, default, domain.Current, AdaptationRequest.None, draftReady: null, cancellationToken);
        return utterance.Final.Text;
    }

    public void Dispose()
    {
        domain.Dispose();
        recognizer.Dispose();
    }
}
