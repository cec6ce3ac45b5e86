namespace Attune.Evaluation;

/// <summary>A stretch of neighbouring tokens that differ, as wide as possible: what "MINE SICKS" became.</summary>
/// <param name="ReferenceStart">Index of the first changed reference token, or of the token before which others were inserted.</param>
/// <param name="HypothesisStart">Index of the first changed hypothesis token, or of the token before which others were deleted.</param>
/// <param name="Reference">The tokens of the reference; empty for a pure insertion.</param>
/// <param name="Hypothesis">The tokens of the hypothesis; empty for a pure deletion.</param>
public sealed record EditChange(
    int ReferenceStart,
    int HypothesisStart,
    IReadOnlyList<string> Reference,
    IReadOnlyList<string> Hypothesis);
