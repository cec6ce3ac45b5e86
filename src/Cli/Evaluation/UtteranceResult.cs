namespace Attune.Cli.Evaluation;

/// <summary>What a strategy made of one utterance of a stream: a line of the journal.</summary>
/// <param name="Stream">The stream's <see cref="PlannedStream.Id"/>.</param>
/// <param name="Strategy">The strategy's label.</param>
/// <param name="Position">In the stream, from 0.</param>
/// <param name="Text">The transcript.</param>
/// <param name="Steps">Gradient steps on this utterance alone.</param>
/// <param name="Outcome">What became of them.</param>
/// <param name="IsReset">Whether what was learnt was given up after it.</param>
/// <param name="LossImprovement">See <see cref="StrategyAnswer.LossImprovement"/>.</param>
/// <param name="ComputeS">Wall-clock seconds that it took, decoding and mixing apart.</param>
/// <param name="CpuS">Processor seconds of all threads.</param>
internal sealed record UtteranceResult(
    string Stream,
    string Strategy,
    int Position,
    string Text,
    int Steps,
    string Outcome,
    bool IsReset,
    double? LossImprovement,
    double ComputeS,
    double CpuS);
