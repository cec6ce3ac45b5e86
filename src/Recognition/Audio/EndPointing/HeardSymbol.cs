namespace Attune.Recognition.Audio.EndPointing;

/// <summary>A symbol other than blank and word delimiter that a forward pass has heard.</summary>
/// <param name="Tick">Where.</param>
/// <param name="Probability">Its softmax probability, the largest in its frame.</param>
internal readonly record struct HeardSymbol(long Tick, double Probability);
