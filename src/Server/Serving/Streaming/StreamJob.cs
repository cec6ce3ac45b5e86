using Attune.Adaptation;
using Attune.Recognition.Audio;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Decoding;
using Attune.Server.State;

namespace Attune.Server.Serving.Streaming;

/// <summary>A request to recognise a stream, with every field checked.</summary>
/// <param name="RawFormat">Form of headerless samples; null for a WAV file.</param>
/// <param name="Adaptation">Steps, and the latency budget from the end of each utterance.</param>
/// <param name="EndPointing">How utterances are found.</param>
internal sealed record StreamJob(RawAudioFormat? RawFormat, AdaptationRequest Adaptation, EndPointerOptions EndPointing)
{
    /// <summary>Whether a WAV header in front of headerless samples outweighs their stated form.</summary>
    public bool AcceptsWavHeader { get; init; }

    /// <summary>The domain; null for none.</summary>
    public DomainId? Domain { get; init; }

    /// <summary>What answers are searched for with.</summary>
    public DecodingRequest Decoding { get; init; } = DecodingRequest.Default;

    /// <summary>Whether results list words.</summary>
    public bool WordTimes { get; init; }

    /// <summary>Whether interim results are wanted.</summary>
    public bool Interims { get; init; }

    /// <summary>Whether drafts are wanted.</summary>
    public bool Drafts { get; init; } = true;

    /// <summary>Whether the stream ends with its first utterance.</summary>
    public bool SingleUtterance { get; init; }

    /// <summary>Whether beginning and end of speech are told.</summary>
    public bool SpeechEvents { get; init; }

    /// <summary>Longest audio before the first speech; null for any.</summary>
    public TimeSpan? SpeechStartTimeout { get; init; }

    /// <summary>Longest audio without speech after an utterance; null for any.</summary>
    public TimeSpan? SpeechEndTimeout { get; init; }
}
