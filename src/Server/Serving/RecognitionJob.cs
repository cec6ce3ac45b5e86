using Attune.Adaptation;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Server.Domains;
using Attune.Server.State;

namespace Attune.Server.Serving;

/// <summary>A request to recognise one recording, with every field checked but the audio itself.</summary>
/// <param name="Audio">The bytes as they came; not to be changed.</param>
/// <param name="RawFormat">Form of headerless samples; null for a file.</param>
/// <param name="Adaptation">Steps, and latency budget from the arrival of the request.</param>
/// <param name="WordTimes">Whether the answer lists words.</param>
/// <param name="Domain">The domain; null for none.</param>
internal sealed record RecognitionJob(
    ReadOnlyMemory<byte> Audio, RawAudioFormat? RawFormat, AdaptationRequest Adaptation, bool WordTimes, DomainId? Domain)
{
    /// <summary>What the answer is searched for with.</summary>
    public DecodingRequest Decoding { get; init; } = DecodingRequest.Default;
}

/// <summary>One recording, recognised.</summary>
/// <param name="Duration">Its length.</param>
/// <param name="Utterances">Its utterances in order.</param>
/// <param name="Elapsed">Time from the arrival of the request.</param>
internal sealed record RecognizedRecording(TimeSpan Duration, IReadOnlyList<ServedUtterance> Utterances, TimeSpan Elapsed);
