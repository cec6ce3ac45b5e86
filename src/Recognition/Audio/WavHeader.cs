namespace Attune.Recognition.Audio;

/// <summary>What stands before the samples of a WAV file.</summary>
/// <param name="Format">How to read the samples.</param>
/// <param name="DataOffset">Where they start, in bytes from the beginning of the file.</param>
/// <param name="DataBytes">Their declared size in bytes.</param>
/// <param name="MayBeUnknown">Whether the writer could not know that size, so that everything that follows is meant.</param>
internal sealed record WavHeader(PcmFormat Format, int DataOffset, long DataBytes, bool MayBeUnknown);
