using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Recognition.Decoding;

/// <summary>Best-path CTC decoding: the most probable symbol of each frame, repetitions merged, blanks dropped.</summary>
/// <remarks>
/// <para>Graves et al. 2006, section 3.2. Special symbols (blank, sentence marks, unknown) separate repetitions and give no text.</para>
/// <para>A symbol's probability is the mean of its softmax probabilities over the frames that were merged into it. A word's
/// confidence is the geometric mean over its symbols; the transcript's the same over all its symbols.</para>
/// <para>Frame t covers the time from t to t + 1 times the product of the convolution strides. Immutable and thread-safe.</para>
/// </remarks>
public sealed class GreedyDecoder(Vocabulary vocabulary, TimeSpan frameShift)
{
    /// <summary>Decodes one utterance.</summary>
    /// <param name="logits">Shape (T', V).</param>
    /// <param name="offset">Added to every time: where the utterance starts in its recording.</param>
    public Transcript Decode(Logits logits, TimeSpan offset = default) => SymbolRun.ToTranscript(MergeFrames(logits), vocabulary, frameShift, offset);

    private IEnumerable<SymbolRun> MergeFrames(Logits logits)
    {
        for (var start = 0; start < logits.FrameCount;)
        {
            var id = logits.MostProbable(start);
            var end = start;
            var probability = 0.0;
            for (; end < logits.FrameCount && logits.MostProbable(end) == id; end++) probability += logits.Probability(end, id);
            if (id == vocabulary.WordDelimiterId || !vocabulary.IsSpecial(id)) yield return new(id, start, end, probability / (end - start));
            start = end;
        }
    }
}
