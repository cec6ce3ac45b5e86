namespace Attune.Adaptation.Training;

/// <summary>A place in the data: a batch of an epoch.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Batch">From 0.</param>
public readonly record struct DataPosition(int Epoch, int Batch);
