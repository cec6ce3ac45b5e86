using Attune.Recognition.Decoding;

namespace Attune.Recognition.Streaming;

/// <summary>Something that was found in a stream of audio.</summary>
/// <param name="Utterance">Number of the utterance in its stream, from 0.</param>
public abstract record StreamEvent(int Utterance);

/// <summary>Somebody began to speak.</summary>
/// <param name="Utterance">Number of the utterance.</param>
/// <param name="Time">When, from the beginning of the stream.</param>
public sealed record SpeechBegan(int Utterance, TimeSpan Time) : StreamEvent(Utterance);

/// <summary>Somebody stopped speaking.</summary>
/// <param name="Utterance">Number of the utterance that ended with it.</param>
/// <param name="Time">When, from the beginning of the stream.</param>
public sealed record SpeechEnded(int Utterance, TimeSpan Time) : StreamEvent(Utterance);

/// <summary>What was heard so far of an utterance that goes on.</summary>
/// <param name="Utterance">Number of the utterance.</param>
/// <param name="Transcript">All of its words so far.</param>
/// <param name="StableWords">So many words at its beginning stay as they are in every later interim transcript of the utterance.</param>
/// <param name="Start">Where the utterance starts in the stream.</param>
/// <param name="End">Where the audio ends that was heard.</param>
public sealed record InterimTranscript(int Utterance, Transcript Transcript, int StableWords, TimeSpan Start, TimeSpan End) : StreamEvent(Utterance);

/// <summary>An utterance is complete.</summary>
/// <param name="Utterance">Its number.</param>
/// <param name="Samples">All of its samples, at the model's rate.</param>
/// <param name="Start">Where it starts in the stream.</param>
/// <param name="Duration">Its length.</param>
public sealed record UtteranceEnded(int Utterance, ReadOnlyMemory<float> Samples, TimeSpan Start, TimeSpan Duration) : StreamEvent(Utterance);
