namespace Attune.Recognition.Audio;

/// <summary>How uncompressed bytes are to be read.</summary>
/// <param name="Sample">Coding of one sample.</param>
/// <param name="SampleRateHz">Frames per second.</param>
/// <param name="Channels">Samples per frame, at least 1.</param>
internal sealed record PcmFormat(SampleFormat Sample, int SampleRateHz, int Channels)
{
    /// <summary>Size in bytes of one frame: one sample of each channel.</summary>
    public int FrameBytes => SampleDecoder.SizeBytes(Sample) * Channels;
}
