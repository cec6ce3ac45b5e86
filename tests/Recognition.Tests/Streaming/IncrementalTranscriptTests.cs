using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;
using Attune.Recognition.Streaming;

namespace Attune.Recognition.Tests.Streaming;

public sealed class IncrementalTranscriptTests : IDisposable
{
    private readonly Model _model = Model.Open(RepositoryFiles.Model("spoken-numbers-en"));
    private readonly GreedyDecoder _decoder;
    private readonly TimeSpan _shift;

    public IncrementalTranscriptTests()
    {
        _shift = TimeSpan.FromSeconds((double)_model.Config.SamplesPerFrame / _model.Preprocessing.SampleRateHz);
        _decoder = new GreedyDecoder(_model.Vocabulary, _shift);
    }

    [Fact]
    public void Add_WholeAtOnce_IsTheDecoding()
    {
        var transcript = new IncrementalTranscript(_model, _decoder, TimeSpan.FromSeconds(3));
        var logits = Frames("-ON-E|TT-WO-|");

        transcript.Add(logits, 0, 0);

        Assert.Equal(_decoder.Decode(logits, TimeSpan.FromSeconds(3)).Words, transcript.Current().Words);
        Assert.Equal(0, transcript.StableWords);
    }

    [Fact]
    public void Add_OverlappingPasses_JoinAtTheFixedFrames()
    {
        var transcript = new IncrementalTranscript(_model, _decoder, TimeSpan.Zero);
        const string spoken = "-ON-E|TT-WO-|THRE-E|";

        transcript.Add(Frames(spoken[..8]), 0, 6);
        Assert.Equal(("ONE T", 1), (transcript.Current().Text, transcript.StableWords));
        transcript.Add(Frames(spoken[4..15]), 4, 13);
        Assert.Equal(("ONE TWO TH", 2), (transcript.Current().Text, transcript.StableWords));
        transcript.Add(Frames(spoken[10..]), 10, 15);

        var whole = _decoder.Decode(Frames(spoken));
        Assert.Equal(whole.Words.Select(word => (word.Text, word.Start, word.End)), transcript.Current().Words.Select(word => (word.Text, word.Start, word.End)));
    }

    [Fact]
    public void Add_LaterPassDisagrees_ChangesOnlyWhatIsNotFixed()
    {
        var transcript = new IncrementalTranscript(_model, _decoder, TimeSpan.Zero);
        transcript.Add(Frames("ONE|TWO|"), 0, 4);

        transcript.Add(Frames("SIX|FOR|"), 0, 4);

        Assert.Equal("ONE FOR", transcript.Current().Text);
    }

    [Fact]
    public void Add_PassAfterAGap_CountsTheGapAsBlank()
    {
        var transcript = new IncrementalTranscript(_model, _decoder, TimeSpan.Zero);
        transcript.Add(Frames("ONE|"), 0, 4);

        transcript.Add(Frames("TWO|"), 10, 14);

        Assert.Equal("ONE TWO", transcript.Current().Text);
        Assert.Equal(10 * _shift, transcript.Current().Words[1].Start);
    }

    public void Dispose() => _model.Dispose();

    /// <summary>One sure frame for each character; - is blank.</summary>
    private Logits Frames(string symbols)
    {
        var values = new float[symbols.Length * _model.Config.VocabularySize];
        for (var frame = 0; frame < symbols.Length; frame++)
        {
            var id = _model.Config.BlankId;
            if (symbols[frame] != '-') Assert.True(_model.Vocabulary.TryGetId(symbols[frame].ToString(), out id));
            values[(frame * _model.Config.VocabularySize) + id] = 10;
        }

        return new Logits(values, _model.Config.VocabularySize);
    }
}
