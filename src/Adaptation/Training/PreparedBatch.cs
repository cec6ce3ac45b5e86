namespace Attune.Adaptation.Training;

/// <summary>A batch as the model hears it.</summary>
/// <param name="Waveforms">Normalised samples of each utterance.</param>
/// <param name="Labels">Symbols of each utterance.</param>
/// <param name="Position">Where in the training it lies.</param>
public sealed record PreparedBatch(IReadOnlyList<ReadOnlyMemory<float>> Waveforms, IReadOnlyList<int[]> Labels, DataPosition Position)
{
    /// <summary>Samples without padding.</summary>
    public long SampleCount => Waveforms.Sum(waveform => (long)waveform.Length);
}
