namespace Attune.Cli.Listening;

/// <summary>What <c>attune listen</c> was asked to do; every value is valid.</summary>
internal sealed record ListenSettings
{
    /// <summary>The recording to send; null for the microphone.</summary>
    public string? File { get; init; }

    /// <summary>The server, and how it knows who asks.</summary>
    public required ServerConnection Server { get; init; }

    /// <summary>Audio in each message.</summary>
    public required TimeSpan Chunk { get; init; }

    /// <summary>Whether a recording is sent as fast as it sounds.</summary>
    public required bool Pace { get; init; }

    /// <summary>Adaptation steps; null for the server's setting.</summary>
    public int? Steps { get; init; }

    /// <summary>Latency budget of each utterance; null for as long as it takes.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>The domain; empty for none. The server checks it.</summary>
    public string Domain { get; init; } = "";

    /// <summary>One JSON object a line in place of text for people.</summary>
    public bool Json { get; init; }
}
