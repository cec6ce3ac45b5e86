namespace Attune.Streaming;

/// <summary>What speech got in one turn of a mixed load.</summary>
/// <param name="Drafts">Milliseconds of the answers to those who wanted no adaptation.</param>
/// <param name="Finals">The same of those who wanted it, with a budget.</param>
/// <param name="Within">Of the latter, those that came within the budget.</param>
/// <param name="Adapted">Of the latter, those that were adapted to.</param>
/// <param name="Failed">Requests of either kind without an answer.</param>
internal sealed record SpeechTurn(double[] Drafts, double[] Finals, int Within, int Adapted, int Failed);
