using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Decoding;

public sealed class GreedyDecoderTests : IDisposable
{
    private readonly Model _model = Model.Open(RepositoryFiles.Golden("tiny-group"));
    private readonly GreedyDecoder _decoder;

    public GreedyDecoderTests() => _decoder = new GreedyDecoder(_model.Vocabulary, TimeSpan.FromMilliseconds(20));

    [Theory]
    [InlineData("A A B", "AB")]
    [InlineData("A <pad> A", "AA")]
    [InlineData("A <unk> A", "AA")]
    [InlineData("<s> A </s>", "A")]
    [InlineData("A | | B", "A B")]
    [InlineData("| A | <pad> | B |", "A B")]
    [InlineData("<pad> <pad>", "")]
    [InlineData("|", "")]
    public void Decode_Frames_GivesText(string frames, string expected)
    {
        var transcript = _decoder.Decode(Logits(frames));

        Assert.Equal(expected, transcript.Text);
        Assert.Equal(expected, string.Join(' ', transcript.Words.Select(word => word.Text)));
    }

    [Fact]
    public void Decode_TwoWords_GivesTimesOfTheirFrames()
    {
        var words = _decoder.Decode(Logits("<pad> A A B | <pad> C <pad>"), TimeSpan.FromSeconds(10)).Words;

        Assert.Equal(2, words.Count);
        Assert.Equal((10.02, 10.08), (words[0].Start.TotalSeconds, words[0].End.TotalSeconds));
        Assert.Equal((10.12, 10.14), (words[1].Start.TotalSeconds, words[1].End.TotalSeconds));
    }

    [Fact]
    public void Decode_TwoSymbols_ConfidenceIsGeometricMeanOfFrameMeans()
    {
        // Against 31 zeros, a logit of ln(31) has probability 1/2 and ln(93) has 3/4.
        var (half, threeQuarters) = (MathF.Log(31), MathF.Log(93));

        var transcript = _decoder.Decode(Logits("A A B", half, threeQuarters, half));

        var expected = Math.Sqrt((0.5 + 0.75) / 2 * 0.5);
        Assert.Equal(expected, transcript.Confidence, 6);
        Assert.Equal(expected, transcript.Words[0].Confidence, 6);
    }

    [Fact]
    public void Decode_NoFrames_IsEmpty() => Assert.Equal(Transcript.Empty, _decoder.Decode(new Logits([], 32)));

    public void Dispose() => _model.Dispose();

    private Logits Logits(string frames, params float[] peaks)
    {
        var tokens = frames.Split(' ');
        var values = new float[tokens.Length * 32];
        for (var frame = 0; frame < tokens.Length; frame++)
        {
            Assert.True(_model.Vocabulary.TryGetId(tokens[frame], out var id));
            values[(frame * 32) + id] = peaks.Length > 0 ? peaks[frame] : 9;
        }

        return new Logits(values, 32);
    }
}
