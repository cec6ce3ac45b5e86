using Attune.Recognition.Audio.EndPointing;

namespace Attune.Recognition.Tests.Audio.EndPointing;

public sealed class EndPointerTests
{
    private const double QuietDb = -70, BabbleDb = -45, LoudDb = -30;

    private readonly EndPointer _endPointer = new(new EndPointerOptions());

    [Fact]
    public void Advance_Quiet_WantsNothing()
    {
        Advance(500, QuietDb);

        Assert.Equal(SpeechState.Quiet, _endPointer.State);
        Assert.False(_endPointer.WantsListening);
    }

    [Fact]
    public void Advance_NoiseSetsIn_IsLoudUntilTheFloorHasRisen()
    {
        Advance(500, QuietDb);

        Advance(50, LoudDb);
        Assert.Equal((SpeechState.Loud, true), (_endPointer.State, _endPointer.WantsListening));
        ListenTo(500, LoudDb, symbols: false);

        Assert.Equal(SpeechState.Quiet, _endPointer.State);
        ListenTo(1000, LoudDb, symbols: false);
        Assert.Equal(SpeechState.Quiet, _endPointer.State);
    }

    [Fact]
    public void Hear_SymbolWhileLoud_BeginsSpeechAtTheOnset()
    {
        Advance(500, QuietDb);
        Advance(40, LoudDb);

        Assert.True(Hear(480, 490, 520));

        Assert.Equal((SpeechState.Speech, 500), (_endPointer.State, _endPointer.Onset));
    }

    [Fact]
    public void Hear_SymbolLongAfterNoiseSetIn_BeginsShortlyBeforeTheSymbol()
    {
        Advance(500, QuietDb);
        ListenTo(200, LoudDb, symbols: false);

        Hear(600, 690, 680);

        Assert.Equal((SpeechState.Speech, 630), (_endPointer.State, _endPointer.Onset));
    }

    [Fact]
    public void Advance_SilenceAfterSpeech_EndsAfterTheStopHistoryBehindTheLastLoudTick()
    {
        Speak(100);

        var ended = AdvanceUntilEnd(QuietDb, 300);

        Assert.InRange(ended, 76, 80); // 95 % of 80 ticks
        Assert.Equal(500 + 100 - 1, _endPointer.LastSpeech);
        Assert.Equal(SpeechState.Quiet, _endPointer.State);
    }

    [Fact]
    public void Advance_ShortPause_DoesNotEnd()
    {
        Speak(100);

        Assert.Equal(-1, AdvanceUntilEnd(QuietDb, 60));
        Assert.Equal(-1, AdvanceUntilEnd(LoudDb, 20));
        Assert.Equal(-1, AdvanceUntilEnd(QuietDb, 60));
    }

    [Fact]
    public void Advance_ClickInThePause_DoesNotHoldTheUtteranceOpen()
    {
        Speak(100);

        AdvanceUntilEnd(QuietDb, 60);
        Advance(2, LoudDb);

        Assert.InRange(AdvanceUntilEnd(QuietDb, 300), 1, 40);
    }

    [Fact]
    public void Hear_NoSymbolsInSteadyNoise_EndsWithoutSilence()
    {
        Speak(100);

        ListenTo(250, LoudDb, symbols: false);

        Assert.NotEqual(SpeechState.Speech, _endPointer.State);
        Assert.InRange(_endPointer.LastSpeech, 500, 500 + 100 + 40);
    }

    [Fact]
    public void Hear_SymbolsInSteadyNoise_GoesOn()
    {
        Speak(100);

        ListenTo(150, LoudDb, symbols: true);

        Assert.Equal(SpeechState.Speech, _endPointer.State);
    }

    [Fact]
    public void Hear_SymbolsOfASofterVoiceBehindTheSpeaker_EndTheUtterance()
    {
        Advance(500, QuietDb);
        ListenTo(1000, BabbleDb, symbols: false); // the noise's usual level is known
        ListenTo(200, LoudDb, symbols: true);
        Assert.Equal(SpeechState.Speech, _endPointer.State);

        ListenTo(150, BabbleDb + 3, symbols: true);

        Assert.Equal(SpeechState.Quiet, _endPointer.State);
    }

    [Fact]
    public void Hear_WordMissedWithinLoudSpeech_GoesOn()
    {
        Speak(200);
        ListenTo(90, LoudDb, symbols: false);

        ListenTo(100, LoudDb, symbols: true);

        Assert.Equal(SpeechState.Speech, _endPointer.State);
    }

    [Fact]
    public void Hear_OneFaintSymbolInNoise_IsNotEnoughAndTwoAre()
    {
        Advance(1000, BabbleDb);
        Advance(40, BabbleDb + 8);

        Assert.False(Hear(1000, 1010, 1020));
        Assert.True(Hear(1000, 1010, 1020, 1030));
    }

    [Fact]
    public void Hear_OneSymbolFarAboveTheNoise_IsEnough()
    {
        Advance(1000, BabbleDb);
        Advance(40, BabbleDb + 18);

        Assert.True(Hear(1000, 1010, 1020));
    }

    [Fact]
    public void Hear_SymbolsMuchSofterThanTheLastSpeaker_AreHeardWhenTheMemoryHasFaded()
    {
        Speak(300);
        AdvanceUntilEnd(QuietDb, 300);
        Advance(1000, BabbleDb);
        Advance(40, BabbleDb + 4);
        Assert.False(Hear(1640, 1650, 1660, 1670));

        Advance(4000, BabbleDb);
        Advance(40, BabbleDb + 6);

        Assert.True(Hear(_endPointer.Now - 40, _endPointer.Now - 30, _endPointer.Now - 20, _endPointer.Now - 10));
    }

    /// <summary>Quiet for five seconds, then loud with symbols.</summary>
    private void Speak(int ticks)
    {
        Advance(500, QuietDb);
        ListenTo(ticks, LoudDb, symbols: true);
        Assert.Equal(SpeechState.Speech, _endPointer.State);
    }

    private bool Hear(long from, long until, params long[] symbols) => _endPointer.Hear(from, until, [.. symbols.Select(tick => new HeardSymbol(tick, 0.9))]);

    private void Advance(int ticks, double levelDb)
    {
        for (var i = 0; i < ticks; i++) _endPointer.Advance(levelDb);
    }

    /// <summary>Ticks until speech ended; -1 if it did not.</summary>
    private int AdvanceUntilEnd(double levelDb, int ticks)
    {
        for (var i = 1; i <= ticks; i++)
        {
            if (_endPointer.Advance(levelDb)) return i;
        }

        return -1;
    }

    /// <summary>Advances, and listens where that is wanted: to a symbol every 200 ms, or to none.</summary>
    private void ListenTo(int ticks, double levelDb, bool symbols)
    {
        var from = _endPointer.Now;
        for (var i = 0; i < ticks; i++)
        {
            if (_endPointer.Advance(levelDb) || !_endPointer.WantsListening) continue;
            long[] heard = symbols ? [.. Enumerable.Range(0, 600).Select(k => from + (20L * k)).Where(tick => tick > _endPointer.Now - 200 && tick < _endPointer.Now)] : [];
            Hear(Math.Max(from, _endPointer.Now - 200), _endPointer.Now - 50, heard);
        }
    }
}
