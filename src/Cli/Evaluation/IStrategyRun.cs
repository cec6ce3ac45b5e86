namespace Attune.Cli.Evaluation;

/// <summary>A strategy at work on one stream. The owner disposes.</summary>
internal interface IStrategyRun : IDisposable
{
    /// <summary>Recognises the stream's next utterance and learns from it.</summary>
    /// <param name="samples">At the model's rate, long enough for one frame.</param>
    /// <param name="isBoundary">Whether its condition is another than the one before: for strategies that are told.</param>
    /// <param name="cancellationToken">Honoured between steps.</param>
    Task<StrategyAnswer> RecognizeAsync(float[] samples, bool isBoundary, CancellationToken cancellationToken);

    /// <summary>The transcript with what was learnt so far, without fast update and without learning from it.</summary>
    Task<string> RecallAsync(float[] samples, CancellationToken cancellationToken);
}

/// <summary>What a strategy made of an utterance.</summary>
/// <param name="Text">The transcript that is served.</param>
/// <param name="Steps">Gradient steps on this utterance alone.</param>
/// <param name="Outcome">In snake case, as <c>attune transcribe --json</c> prints it.</param>
/// <param name="IsReset">Whether what was learnt was given up, at its end or, where the change was told, before it.</param>
/// <param name="LossImprovement">Mean over the buffer that this utterance filled; null at others, and for strategies without.</param>
internal sealed record StrategyAnswer(string Text, int Steps, string Outcome, bool IsReset = false, double? LossImprovement = null);
