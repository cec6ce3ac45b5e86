namespace Attune.Server.Serving.Streaming;

/// <summary>One message of a client after its configuration.</summary>
internal abstract record StreamInput;

/// <summary>The next bytes of audio; none to keep the stream alive.</summary>
internal sealed record AudioInput(ReadOnlyMemory<byte> Bytes) : StreamInput;

/// <summary>The client says that the utterance is over.</summary>
internal sealed record EndOfUtteranceInput : StreamInput;
