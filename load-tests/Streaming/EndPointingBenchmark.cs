using Attune.Recognition;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Streaming;

namespace Attune.Streaming;

/// <summary>Finds the utterances of joined streams.</summary>
/// <param name="engine">Runs the passes.</param>
/// <param name="options">When speech begins and ends.</param>
internal sealed class EndPointingBenchmark(Engine engine, EndPointerOptions options)
{
    public const string Method =
        "Recordings were joined with pauses of 1.2 to 3 s (seeded); the truth is how, with a tolerance of 100 ms. *missed*: joins without an end of an utterance. *false*: ends inside a recording; recordings with pauses of their "
        + "own are split there rightly, so the row without noise is the floor. *noise only*: utterances with nothing of a recording in them. *lost*: audio of recordings that is in no utterance. *delay*: from the end "
        + "of a recording until its utterance is complete, 0.8 s of pause included. Noises go through speech and pauses alike, at a signal-to-noise ratio over each recording. Nothing here depends on time: a second run gives the same.";

    private const int Chunk = Recordings.SampleRateHz / 10;

    /// <summary>Runs over a stream.</summary>
    public EndPointingScore Measure(JoinedStream stream)
    {
        var passes = 0;
        var recognizer = new Recognizer(engine.Model, engine.AcousticModel);
        var segmenter = new UtteranceSegmenter(
            engine.Model,
            (window, cancellationToken) =>
            {
                passes++;
                return recognizer.Listen(window, parameters: null, cancellationToken);
            },
            options,
            new StreamingOptions(),
            new RecognitionOptions().MaxUtterance);
        var events = new List<StreamEvent>();
        var utterances = new List<(double From, double To, int KnownAt)>();
        for (var at = 0; at < stream.Samples.Length; at += Chunk)
        {
            events.Clear();
            var end = Math.Min(at + Chunk, stream.Samples.Length);
            segmenter.Push(stream.Samples.AsSpan(at, end - at), moreWaits: true, events, CancellationToken.None);
            foreach (var ended in events.OfType<UtteranceEnded>())
                utterances.Add((Place(ended.Start), Place(ended.Start + ended.Duration), end));
        }

        return EndPointingScore.Of(stream, utterances, passes);
    }

    private static double Place(TimeSpan time) => time.TotalSeconds * Recordings.SampleRateHz;
}
