using Attune.Recognition.Decoding;

namespace Attune.Adaptation.Gate;

/// <summary>Clean speech that every revision must go on recognising as the model itself does.</summary>
/// <param name="Clips">The clips; none turns questions about them off.</param>
/// <remarks>Immutable.</remarks>
public sealed record GuardSet(IReadOnlyList<GuardClip> Clips)
{
    /// <summary>No clips.</summary>
    public static GuardSet Empty { get; } = new([]);
}

/// <summary>One clip of a guard set.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Waveform">Normalised samples at the model's rate.</param>
/// <param name="Source">What the model itself recognises in it.</param>
public sealed record GuardClip(string Name, ReadOnlyMemory<float> Waveform, Transcript Source);
