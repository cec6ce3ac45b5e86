namespace Attune.Recognition.Audio;

/// <summary>Uncompressed audio, still as bytes.</summary>
/// <param name="Format">How to read the bytes.</param>
/// <param name="Data">Whole frames, at least one; a view on the caller's bytes.</param>
internal sealed record PcmAudio(PcmFormat Format, ReadOnlyMemory<byte> Data);
