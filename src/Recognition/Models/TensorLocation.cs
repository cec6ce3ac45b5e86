namespace Attune.Recognition.Models;

/// <summary>A tensor of a model and the file that holds it.</summary>
/// <param name="File">The file; owned by <see cref="ModelWeights"/>.</param>
/// <param name="Entry">Its place in that file.</param>
public readonly record struct TensorLocation(SafetensorsFile File, TensorEntry Entry);
