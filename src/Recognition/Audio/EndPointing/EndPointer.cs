namespace Attune.Recognition.Audio.EndPointing;

/// <summary>What the end-pointer takes the present for.</summary>
internal enum SpeechState
{
    /// <summary>Nobody speaks.</summary>
    Quiet,

    /// <summary>It became loud; whether somebody speaks is not known yet.</summary>
    Loud,

    /// <summary>Somebody speaks, or paused for less than the stop history.</summary>
    Speech,
}

/// <summary>Decides when speech begins and ends, from levels and from the words that the model hears.</summary>
/// <remarks>
/// <para>Time is counted in ticks of 10 ms. (1) Quiet: a tick is loud if it is well above the noise floor; enough of them make the state
/// <see cref="SpeechState.Loud"/>. (2) Loud: forward passes are wanted; the first symbol that is not blank makes it speech, half a second
/// without loudness and without symbols makes it quiet again. So noise that sets in is no speech. (3) Speech: passes are wanted at a
/// fixed distance. Where the model has listened, a tick is speech if it is near a symbol and not down at the noise floor; where it has not yet, if it is loud.
/// When nearly all of the stop history is without speech, the utterance ends behind its last tick of speech. So steady noise does not
/// hold an utterance open, and in quiet surroundings the end is found without waiting for a pass.</para>
/// <para>Depends on the audio alone, not on how it is cut into pieces nor on the load. Not thread-safe. Holds twelve seconds of ticks.</para>
/// </remarks>
internal sealed class EndPointer
{
    /// <summary>Length of a tick.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Level above the noise floor from which a tick near a symbol is speech.</summary>
    private const double AudibleDb = 3;

    /// <summary>Reach of a symbol in ticks: CTC marks a sound by one frame somewhere in it.</summary>
    private const int SymbolReach = 30;

    /// <summary>Most ticks of loudness before the first symbol that belong to the speech: noise may have been loud for long.</summary>
    private const int LeadIn = 50;

    /// <summary>Ticks without loudness after which loudness is over.</summary>
    private const int QuietAfter = 50;

    /// <summary>Ticks that are remembered: the longest stop history and the longest time without a forward pass, with room between.</summary>
    private const int Remembered = 1200;

    private readonly NoiseFloor _floor = new();
    private readonly bool[] _loud = new bool[Remembered];
    private readonly bool[] _audible = new bool[Remembered];
    private readonly bool[] _nearSymbol = new bool[Remembered];
    private readonly int _startTicks;
    private readonly int _startCount;
    private readonly int _stopTicks;
    private readonly int _stopCount;
    private readonly int _listenTicks;

    /// <summary>Ticks before this one were listened to.</summary>
    private long _heard;
    private long _lastLoud;
    private long _nextListening;

    public EndPointer(EndPointerOptions options)
    {
        Options = options;
        _startTicks = Ticks(options.StartHistory);
        _startCount = Math.Max(1, (int)Math.Ceiling(options.StartThreshold * _startTicks));
        _stopTicks = Ticks(options.StopHistory);
        _stopCount = (int)((1 - options.StopThreshold) * _stopTicks);
        _listenTicks = Ticks(options.ListenInterval);
    }

    public EndPointerOptions Options { get; }

    public SpeechState State { get; private set; }

    /// <summary>Ticks taken so far.</summary>
    public long Now { get; private set; }

    /// <summary>First tick of the loudness or of the speech.</summary>
    public long Onset { get; private set; }

    /// <summary>Last tick of the speech that has just ended.</summary>
    public long LastSpeech { get; private set; }

    /// <summary>Whether a forward pass up to now is wanted.</summary>
    public bool WantsListening => State != SpeechState.Quiet && Now >= _nextListening;

    /// <summary>A duration in whole ticks.</summary>
    public static int Ticks(TimeSpan duration) => (int)(duration / Tick);

    /// <summary>Takes the next tick.</summary>
    /// <returns>Whether speech ended with it.</returns>
    public bool Advance(double levelDb)
    {
        _floor.Add(levelDb);
        var slot = Slot(Now);
        _loud[slot] = levelDb > _floor.LevelDb + Options.LoudnessDb;
        _audible[slot] = levelDb > _floor.LevelDb + AudibleDb;
        _nearSymbol[slot] = false;
        if (_loud[slot]) _lastLoud = Now;
        Now++;
        if (State == SpeechState.Quiet && CountLoud() >= _startCount) BeginLoudness();
        if (State == SpeechState.Loud) Onset = Math.Max(Onset, Now - Remembered + 1);
        return State == SpeechState.Speech && EndsSpeech(Now);
    }

    /// <summary>Takes what a forward pass up to now heard.</summary>
    /// <param name="from">First tick of the pass.</param>
    /// <param name="until">Tick before which the pass had enough context to be believed.</param>
    /// <param name="symbols">Ticks of clear symbols other than blank, in order.</param>
    /// <returns>Whether speech began or ended by it.</returns>
    public bool Hear(long from, long until, IReadOnlyList<long> symbols)
    {
        var first = Math.Max(from, Now - Remembered);
        for (var tick = first; tick < Now; tick++) _nearSymbol[Slot(tick)] = false;
        foreach (var symbol in symbols)
        {
            var last = Math.Min(Now - 1, symbol + SymbolReach);
            for (var tick = Math.Max(first, symbol - SymbolReach); tick <= last; tick++) _nearSymbol[Slot(tick)] = true;
        }

        _heard = Math.Clamp(until, first, Now);
        if (State == SpeechState.Loud) return BeginOrGiveUp(symbols.Where(symbol => symbol >= Onset).Select(symbol => (long?)symbol).FirstOrDefault());
        _nextListening += _listenTicks;
        return EndsSpeech(Now) || (!symbols.Any(symbol => symbol >= _heard - SymbolReach) && EndsSpeech(_heard));
    }

    /// <summary>Goes on with the speech as if it had begun at a tick: what came before is done with.</summary>
    public void ContinueFrom(long onset) => Onset = onset;

    /// <summary>Takes whatever was going on for over.</summary>
    public void Reset() => State = SpeechState.Quiet;

    private void BeginLoudness()
    {
        State = SpeechState.Loud;
        Onset = Math.Max(0, Now - _startTicks);
        while (!_loud[Slot(Onset)]) Onset++;
        _nextListening = Now + (_listenTicks / 2);
    }

    private bool BeginOrGiveUp(long? symbol)
    {
        if (symbol is { } first)
        {
            State = SpeechState.Speech;
            Onset = Math.Max(Onset, first - LeadIn);
            _nextListening = Now + _listenTicks;
            return true;
        }

        if (Now - _lastLoud > QuietAfter) State = SpeechState.Quiet;
        else _nextListening = Now + (_listenTicks / 2);
        return false;
    }

    private bool EndsSpeech(long end)
    {
        if (end - Onset < _stopTicks || CountSpeech(end) > _stopCount) return false;
        var last = end - 1;
        while (last > Math.Max(Onset, Now - Remembered) && !IsSpeech(last)) last--;
        LastSpeech = last;
        State = SpeechState.Quiet;
        return true;
    }

    private int CountSpeech(long end)
    {
        var count = 0;
        for (var tick = end - _stopTicks; tick < end; tick++) count += IsSpeech(tick) ? 1 : 0;
        return count;
    }

    private int CountLoud()
    {
        var count = 0;
        for (var tick = Math.Max(0, Now - _startTicks); tick < Now; tick++) count += _loud[Slot(tick)] ? 1 : 0;
        return count;
    }

    private bool IsSpeech(long tick) => tick < _heard ? _nearSymbol[Slot(tick)] && _audible[Slot(tick)] : _loud[Slot(tick)];

    private static int Slot(long tick) => (int)(tick % Remembered);
}
