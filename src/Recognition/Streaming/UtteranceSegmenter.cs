using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Recognition.Streaming;

/// <summary>Runs the frozen forward pass over a piece of audio at the model's rate.</summary>
/// <param name="samples">At least as many as one frame needs; valid until the call returns.</param>
/// <param name="cancellationToken">Ends the pass.</param>
public delegate Logits ForwardPass(ReadOnlyMemory<float> samples, CancellationToken cancellationToken);

/// <summary>Cuts a stream of samples into utterances while it comes in, and says what is heard of each on the way.</summary>
/// <remarks>
/// <para>(1) 10 ms after 10 ms goes through the end-pointer; (2) where it wants to know whether there are words, a forward pass hears the newest seconds;
/// (3) passes in between give interim transcripts, if no more audio waits; (4) speech that begins or ends, and utterances that reach their
/// longest duration, become events.</para>
/// <para>Utterances, with their samples, depend on the audio alone: neither on how it is cut into pieces nor on the load. Only which interim transcripts
/// there are does. Not thread-safe. Memory is bounded by the longest utterance.</para>
/// </remarks>
public sealed class UtteranceSegmenter
{
    private readonly Model _model;
    private readonly ForwardPass _forwardPass;
    private readonly GreedyDecoder _decoder;
    private readonly EndPointer _endPointer;
    private readonly SampleHistory _history = new();
    private readonly LevelMeter _meter;
    private readonly int _rate;
    private readonly int _tickSamples;
    private readonly int _windowSamples;
    private readonly int _rightContextSamples;
    private readonly int _heardEachTick;
    private readonly int _paddingSamples;
    private readonly int _longestSamples;
    private readonly double _symbolProbability;

    private int _utterance;
    private IncrementalTranscript _transcript;
    private InterimTranscript? _lastInterim;
    private long _utteranceStart;
    private long _lastUtteranceEnd;
    private long _passStart;

    /// <summary>
    /// Samples that passes may hear before the next one for an interim transcript: what <see cref="StreamingOptions.InterimInterval"/> allows, less what they heard.
    /// Passes over short audio cost little, so there are more of them, and a second of audio costs the same in a short utterance as in a long one.
    /// </summary>
    private long _mayHear;

    /// <param name="model">The model of the forward pass.</param>
    /// <param name="forwardPass">The model, with the parameters that it has at the time of a call.</param>
    /// <param name="endPointing">When speech begins and ends.</param>
    /// <param name="streaming">What passes hear, and how often.</param>
    /// <param name="maxUtterance">Longest utterance, at least 1 second; a longer one is cut at the quietest place of its last third.</param>
    public UtteranceSegmenter(
        Model model, ForwardPass forwardPass, EndPointerOptions endPointing, StreamingOptions streaming, TimeSpan maxUtterance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxUtterance, TimeSpan.FromSeconds(1));
        _model = model;
        _forwardPass = forwardPass;
        _rate = model.Preprocessing.SampleRateHz;
        _decoder = new GreedyDecoder(model.Vocabulary, TimeSpan.FromSeconds((double)model.Config.SamplesPerFrame / _rate));
        _endPointer = new EndPointer(endPointing);
        _meter = new LevelMeter(_rate);
        _tickSamples = Samples(EndPointer.Tick);
        _rightContextSamples = Samples(streaming.RightContext);
        var longestStep = endPointing.ListenInterval > streaming.InterimInterval ? endPointing.ListenInterval : streaming.InterimInterval;
        _windowSamples = Samples(streaming.LeftContext + streaming.RightContext + longestStep);
        _heardEachTick = _windowSamples / EndPointer.Ticks(streaming.InterimInterval);
        _paddingSamples = Samples(endPointing.Padding);
        _longestSamples = Samples(maxUtterance);
        _symbolProbability = endPointing.SymbolProbability;
        _transcript = NewTranscript();
    }

    /// <summary>Length of the audio taken so far.</summary>
    public TimeSpan Processed => Time(_history.End);

    /// <summary>Whether an utterance is going on.</summary>
    public bool IsSpeaking => _endPointer.State == SpeechState.Speech;

    /// <summary>When speech was heard last; null if there was none yet. While somebody speaks it is now.</summary>
    public TimeSpan? LastSpeech => IsSpeaking ? Processed : _utterance == 0 ? null : Time(_lastUtteranceEnd);

    /// <summary>Takes the next samples.</summary>
    /// <param name="samples">At the model's rate, any number.</param>
    /// <param name="moreWaits">Whether more audio is there already, so that interim transcripts only cost time.</param>
    /// <param name="events">Receives what was found, in order.</param>
    /// <param name="cancellationToken">Ends a forward pass.</param>
    public void Push(ReadOnlySpan<float> samples, bool moreWaits, ICollection<StreamEvent> events, CancellationToken cancellationToken)
    {
        _history.Append(samples);
        while (_history.End >= (_endPointer.Now + 1) * _tickSamples)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step(moreWaits, events, cancellationToken);
        }

        _history.DropBefore(FirstNeeded());
    }

    /// <summary>Ends the utterance that is going on, if there is one, because the client says so.</summary>
    public void EndUtterance(ICollection<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_endPointer.State == SpeechState.Loud && Listen(cancellationToken)) BeginSpeech(events);
        if (IsSpeaking)
        {
            _endPointer.Reset();
            EndSpeech(_history.End, events);
        }
        else
        {
            _endPointer.Reset();
        }
    }

    private void Step(bool moreWaits, ICollection<StreamEvent> events, CancellationToken cancellationToken)
    {
        var place = _endPointer.Now * _tickSamples;
        _mayHear = Math.Min(_mayHear + _heardEachTick, 2 * _windowSamples);
        var ended = _endPointer.Advance(_meter.Measure(_history.Slice(place, place + _tickSamples).Span));
        if (!ended && _endPointer.WantsListening)
        {
            var wasSpeech = IsSpeaking;
            var changed = Listen(cancellationToken);
            if (changed && !wasSpeech) BeginSpeech(events);
            else ended = changed;
            if (IsSpeaking) AddInterim(events);
        }
        else if (!ended && IsSpeaking && !moreWaits && IsLastTick && _mayHear >= Math.Min(Place - _utteranceStart, _windowSamples))
        {
            Transcribe(cancellationToken);
            AddInterim(events);
        }

        if (ended) EndSpeech(Math.Min(Place, ((_endPointer.LastSpeech + 1) * _tickSamples) + _paddingSamples), events);
        else if (IsSpeaking && Place - _utteranceStart >= _longestSamples) Cut(events);
    }

    /// <summary>Place behind the last whole tick.</summary>
    private long Place => _endPointer.Now * _tickSamples;

    private bool IsLastTick => _history.End < Place + _tickSamples;

    private void BeginSpeech(ICollection<StreamEvent> events)
    {
        BeginAtOnset();
        events.Add(new SpeechBegan(_utterance, Time(_endPointer.Onset * _tickSamples)));
    }

    private void EndSpeech(long end, ICollection<StreamEvent> events)
    {
        events.Add(new SpeechEnded(_utterance, Time(Math.Min(end, Place))));
        EndUtterance(end, events);
    }

    /// <summary>Ends an utterance that became too long, and goes on with another where it was cut.</summary>
    private void Cut(ICollection<StreamEvent> events)
    {
        var samples = _history.Slice(_utteranceStart, Place).Span;
        var cut = _utteranceStart + UtteranceSplitter.QuietestCut(samples, _rate, samples.Length - (_longestSamples / 3), samples.Length);
        EndUtterance(cut, events);
        BeginUtterance(cut);
        _endPointer.ContinueFrom(cut / _tickSamples);
    }

    private void BeginAtOnset()
    {
        var start = Math.Max(_lastUtteranceEnd, (_endPointer.Onset * _tickSamples) - _paddingSamples);
        if (start != _utteranceStart) BeginUtterance(start);
    }

    private void BeginUtterance(long start)
    {
        _utteranceStart = start;
        _transcript = NewTranscript();
        _lastInterim = null;
    }

    private void EndUtterance(long end, ICollection<StreamEvent> events)
    {
        var samples = _history.Slice(_utteranceStart, end);
        if (samples.Length >= _model.Config.MinimumSamples)
            events.Add(new UtteranceEnded(_utterance, samples.ToArray(), Time(_utteranceStart), Time(samples.Length)));
        _utterance++;
        _lastUtteranceEnd = end;
    }

    /// <summary>Lets the end-pointer know what a pass hears.</summary>
    private bool Listen(CancellationToken cancellationToken)
    {
        if (_endPointer.State == SpeechState.Loud) BeginAtOnset();
        var symbols = Transcribe(cancellationToken);
        return _endPointer.Hear(_passStart / _tickSamples, (Place - _rightContextSamples) / _tickSamples, symbols);
    }

    /// <summary>Runs a pass over the newest seconds of the utterance.</summary>
    /// <returns>The symbols that are probable enough, and neither blank nor word delimiter.</returns>
    private List<HeardSymbol> Transcribe(CancellationToken cancellationToken)
    {
        var frameSamples = _model.Config.SamplesPerFrame;
        var firstFrame = Math.Max(0, (Place - _windowSamples - _utteranceStart) / frameSamples);
        _passStart = _utteranceStart + (firstFrame * frameSamples);
        var symbols = new List<HeardSymbol>();
        if (Place - _passStart < _model.Config.MinimumSamples) return symbols;

        _mayHear -= Place - _passStart;
        var logits = _forwardPass(_history.Slice(_passStart, Place), cancellationToken);
        _transcript.Add(logits, firstFrame, (Place - _rightContextSamples - _utteranceStart) / frameSamples);
        for (var frame = 0; frame < logits.FrameCount; frame++)
        {
            var symbol = logits.MostProbable(frame);
            if (symbol == _model.Vocabulary.WordDelimiterId || _model.Vocabulary.IsSpecial(symbol)) continue;
            var probability = logits.Probability(frame, symbol);
            if (probability >= _symbolProbability) symbols.Add(new HeardSymbol((_passStart + (frame * frameSamples)) / _tickSamples, probability));
        }

        return symbols;
    }

    private void AddInterim(ICollection<StreamEvent> events)
    {
        var transcript = _transcript.Current();
        if (transcript.Words.Count == 0) return;
        if (_lastInterim?.Transcript.Text == transcript.Text && _lastInterim.StableWords == _transcript.StableWords) return;
        _lastInterim = new InterimTranscript(_utterance, transcript, _transcript.StableWords, Time(_utteranceStart), Time(Place));
        events.Add(_lastInterim);
    }

    /// <summary>Place of the oldest sample that may still be asked for.</summary>
    private long FirstNeeded() => _endPointer.State switch
    {
        SpeechState.Speech => _utteranceStart,
        SpeechState.Loud => (_endPointer.Onset * _tickSamples) - _paddingSamples,
        _ => Place - Samples(_endPointer.Options.StartHistory) - _paddingSamples - _tickSamples,
    };

    private IncrementalTranscript NewTranscript() => new(_model, _decoder, Time(_utteranceStart));

    private int Samples(TimeSpan duration) => (int)(duration.TotalSeconds * _rate);

    private TimeSpan Time(long place) => TimeSpan.FromSeconds((double)place / _rate);
}
