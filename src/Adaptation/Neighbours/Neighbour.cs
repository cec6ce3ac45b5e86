namespace Attune.Adaptation.Neighbours;

/// <summary>An utterance that may join another's fast update.</summary>
/// <param name="Id">Unique in its domain.</param>
/// <param name="Samples">At the model's rate, before normalisation.</param>
/// <remarks>Immutable. Personal data, as every utterance that is kept.</remarks>
public sealed record Neighbour(string Id, ReadOnlyMemory<float> Samples);
