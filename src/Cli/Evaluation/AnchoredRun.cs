using Attune.Adaptation.Strategies;

namespace Attune.Cli.Evaluation;

/// <summary><c>awmc</c>.</summary>
/// <param name="domain">Disposed with this.</param>
internal sealed class AnchoredRun(AnchoredDomain domain) : IStrategyRun
{
    public async Task<StrategyAnswer> RecognizeAsync(float[] samples, bool isBoundary, CancellationToken cancellationToken) =>
        new((await domain.NextAsync(samples, cancellationToken)).Text, 1, "adapted");

    public Task<string> RecallAsync(float[] samples, CancellationToken cancellationToken) =>
        Task.FromResult(domain.Recall(samples, cancellationToken).Text);

    public void Dispose() => domain.Dispose();
}
