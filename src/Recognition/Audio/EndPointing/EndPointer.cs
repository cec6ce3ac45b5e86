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
/// <see cref="SpeechState.Loud"/>. (2) Loud: forward passes are wanted; symbols that are not blank, and as loud as speech here, make it speech; half a second
/// without loudness and without symbols makes it quiet again. So noise that sets in is no speech. (3) Speech: passes are wanted at a
/// fixed distance. A tick is speech if its level is far enough above the noise towards the voice (a quarter of the way, in dB, but 2 to 10 dB above the
/// noise), and, where the model has listened, a symbol is within a second and a half. When nearly all of the stop history is without speech, the utterance ends behind its last
/// tick of speech. So the level decides where speech ends, and words decide whether it is speech: voices in the background are softer than the one that
/// speaks, and noise that sets in says nothing.</para>
/// <para>The level of the noise is the median where nobody speaks: while it is quiet, and, where the model has listened, away from clear symbols. The level of the voice is
/// what four fifths of the ticks at clear symbols are below. It is remembered from one utterance to the next, and fades meanwhile by half a
/// decibel a second, so that somebody else may speak more softly.</para>
/// <para>Depends on the audio alone, not on how it is cut into pieces nor on the load. Not thread-safe. Holds twelve seconds of ticks.</para>
/// </remarks>
internal sealed class EndPointer
{
    /// <summary>Length of a tick.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Least and most that speech is above the level of the noise.</summary>
    private const double LeastDb = 2, MostDb = 10;

    /// <summary>Share of the way from noise to voice above which sound goes on to be speech, and above which it begins to.</summary>
    private const double GoingOn = 0.25, Beginning = 0.5;

    /// <summary>Probability from which a symbol tells of the level of the voice; what models hear in noise is mostly less sure.</summary>
    private const double ClearProbability = 0.8;

    /// <summary>Decibels above the noise from which a single symbol is enough for speech to begin; what models hear in noise is softer, and comes alone.</summary>
    private const double SureDb = 15;

    /// <summary>What the remembered level of the voice loses with each tick in which nobody speaks: half a decibel a second.</summary>
    private const double FadeDb = 0.005;

    /// <summary>Share of the ticks at symbols that are below the level of the voice.</summary>
    private const double VoiceShare = 0.8;

    /// <summary>Most ticks that the level of the voice is made from, and fewest.</summary>
    private const int VoiceTicks = 500, FewestVoiceTicks = 10;

    /// <summary>Ticks that a level is averaged over.</summary>
    private const int SmoothedTicks = 12;

    /// <summary>How far below its average a tick of speech may lie; further below, something loud has just ended.</summary>
    private const double DipDb = 6;

    /// <summary>Reach of a symbol's sound in ticks: CTC marks it by one frame somewhere in it.</summary>
    private const int SymbolReach = 30;

    /// <summary>Ticks around a symbol in which what is loud enough is speech: models do not hear every word in noise.</summary>
    private const int WordReach = 150;

    /// <summary>Most ticks of loudness before the first symbol that belong to the speech: noise may have been loud for long.</summary>
    private const int LeadIn = 50;

    /// <summary>Ticks without loudness after which loudness is over.</summary>
    private const int QuietAfter = 50;

    /// <summary>Ticks that are remembered: the longest stop history and the longest time without a forward pass, with room between.</summary>
    private const int Remembered = 1200;

    private readonly NoiseFloor _floor = new();
    private readonly NoiseLevel _noise = new();
    private readonly double[] _power = new double[SmoothedTicks];
    private readonly bool[] _loud = new bool[Remembered];
    private readonly double[] _tickDb = new double[Remembered];

    /// <summary>The same, averaged over the ticks before.</summary>
    private readonly double[] _levelDb = new double[Remembered];
    private readonly bool[] _atSymbol = new bool[Remembered];
    private readonly bool[] _nearSymbol = new bool[Remembered];
    private readonly int _startTicks;
    private readonly int _startCount;
    private readonly int _stopTicks;
    private readonly int _stopCount;
    private readonly int _listenTicks;

    /// <summary>Ticks before this one were listened to.</summary>
    private long _heard;

    /// <summary>Ticks before this one were taken for noise or not.</summary>
    private long _noted;
    private long _lastLoud;
    private long _nextListening;

    /// <summary>Level of the voice; null before any was heard.</summary>
    private double? _voiceDb;

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
        _tickDb[slot] = levelDb;
        _levelDb[slot] = Smooth(levelDb);
        _atSymbol[slot] = _nearSymbol[slot] = false;
        if (_loud[slot]) _lastLoud = Now;
        if (State != SpeechState.Speech) _voiceDb -= FadeDb;
        Now++;
        if (State == SpeechState.Quiet && CountLoud() >= _startCount) BeginLoudness();
        if (State == SpeechState.Quiet) NoteNoise(Now - _startTicks);
        if (State == SpeechState.Loud) Onset = Math.Max(Onset, Now - Remembered + 1);
        return State == SpeechState.Speech && EndsSpeech(Now);
    }

    /// <summary>Takes what a forward pass up to now heard.</summary>
    /// <param name="from">First tick of the pass.</param>
    /// <param name="until">Tick before which the pass had enough context to be believed.</param>
    /// <param name="symbols">Symbols of at least <see cref="EndPointerOptions.SymbolProbability"/>, in order.</param>
    /// <returns>Whether speech began or ended by it.</returns>
    public bool Hear(long from, long until, IReadOnlyList<HeardSymbol> symbols)
    {
        var first = Math.Max(from, Now - Remembered);
        Mark(_atSymbol, first, symbols.Where(symbol => symbol.Probability >= ClearProbability), SymbolReach);
        Mark(_nearSymbol, first, symbols, WordReach);
        _heard = Math.Clamp(until, first, Now);
        NoteNoise(_heard);
        if (State == SpeechState.Loud) return BeginOrGiveUp([.. symbols.Select(symbol => symbol.Tick).Where(tick => tick >= Onset && IsSpoken(tick))]);
        _nextListening += _listenTicks;
        MeasureVoice();
        return EndsSpeech(Now) || (!symbols.Any(symbol => symbol.Tick >= _heard - SymbolReach) && EndsSpeech(_heard));
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

    /// <param name="symbols">Those since the onset that are as loud as speech here.</param>
    private bool BeginOrGiveUp(IReadOnlyList<long> symbols)
    {
        if (symbols.Count > 1 || symbols.Any(symbol => PeakDb(symbol) > _noise.LevelDb + SureDb))
        {
            State = SpeechState.Speech;
            Onset = Math.Max(Onset, symbols[0] - LeadIn);
            _nextListening = Now + _listenTicks;
            MeasureVoice();
            return true;
        }

        if (Now - _lastLoud > QuietAfter) State = SpeechState.Quiet;
        else _nextListening = Now + (_listenTicks / 2);
        return false;
    }

    /// <summary>Whether a symbol is as loud as the voice that was heard before, rather than as the noise.</summary>
    private bool IsSpoken(long symbol) => PeakDb(symbol) > _noise.LevelDb + Math.Clamp(Beginning * VoiceAboveNoise, 0, MostDb);

    /// <summary>The highest level within 50 ms of a tick.</summary>
    private double PeakDb(long tick)
    {
        var peak = double.NegativeInfinity;
        for (var near = Math.Max(Math.Max(0, Now - Remembered), tick - 5); near <= Math.Min(Now - 1, tick + 5); near++) peak = Math.Max(peak, _levelDb[Slot(near)]);
        return peak;
    }

    private void MeasureVoice()
    {
        var levels = new List<double>();
        for (var tick = Math.Max(Onset, Now - VoiceTicks); tick < _heard; tick++)
        {
            if (_atSymbol[Slot(tick)]) levels.Add(_levelDb[Slot(tick)]);
        }

        if (levels.Count < FewestVoiceTicks) return;
        levels.Sort();
        _voiceDb = levels[(int)(VoiceShare * (levels.Count - 1))];
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

    private bool IsSpeech(long tick)
    {
        if (tick < _heard && !_nearSymbol[Slot(tick)]) return false;
        var threshold = _noise.LevelDb + Math.Clamp(GoingOn * VoiceAboveNoise, LeastDb, MostDb);
        return _levelDb[Slot(tick)] > threshold && _tickDb[Slot(tick)] > threshold - DipDb;
    }

    /// <summary>In dB; 0 while no voice is known.</summary>
    private double VoiceAboveNoise => _voiceDb - _noise.LevelDb ?? 0;

    private void NoteNoise(long until)
    {
        for (; _noted < until; _noted++)
        {
            if (!_atSymbol[Slot(_noted)]) _noise.Add(_levelDb[Slot(_noted)]);
        }
    }

    private double Smooth(double levelDb)
    {
        _power[Now % SmoothedTicks] = Math.Pow(10, levelDb / 10);
        return 10 * Math.Log10(_power.Sum() / Math.Min(Now + 1, SmoothedTicks));
    }

    private void Mark(bool[] marks, long first, IEnumerable<HeardSymbol> symbols, int reach)
    {
        for (var tick = first; tick < Now; tick++) marks[Slot(tick)] = false;
        foreach (var symbol in symbols)
        {
            var last = Math.Min(Now - 1, symbol.Tick + reach);
            for (var tick = Math.Max(first, symbol.Tick - reach); tick <= last; tick++) marks[Slot(tick)] = true;
        }
    }

    private static int Slot(long tick) => (int)(tick % Remembered);
}
