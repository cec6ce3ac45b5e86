using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Recognition.Streaming;

/// <summary>The transcript of an utterance that goes on, put together from forward passes over its newest seconds.</summary>
/// <remarks>
/// Each pass replaces the newest frames. Frames that had enough context to their right are fixed when they come, and words that end in fixed frames are decoded
/// once and never change: so a transcript costs the same at the end of a long utterance as at its beginning. Not thread-safe.
/// </remarks>
internal sealed class IncrementalTranscript(Model model, GreedyDecoder decoder, TimeSpan start)
{
    private readonly int _vocabularySize = model.Config.VocabularySize;
    private readonly TimeSpan _frameShift = TimeSpan.FromSeconds((double)model.Config.SamplesPerFrame / model.Preprocessing.SampleRateHz);
    private readonly List<Word> _stable = [];

    /// <summary>Logits of the frames behind the stable words, row-major; the newest are not fixed.</summary>
    private readonly List<float> _open = [];

    /// <summary>Index in the utterance of the first frame in <c>_open</c>.</summary>
    private long _openStart;

    /// <summary>Frames of the utterance before this one are fixed.</summary>
    private long _fixed;

    /// <summary>Words that no later pass changes.</summary>
    public int StableWords => _stable.Count;

    /// <summary>Takes a pass.</summary>
    /// <param name="logits">Shape (T', V).</param>
    /// <param name="firstFrame">Index in the utterance of its first frame. Frames between the fixed ones and this one count as blank.</param>
    /// <param name="fixedFrames">Frames of the utterance before this one become fixed.</param>
    public void Add(Logits logits, long firstFrame, long fixedFrames)
    {
        var kept = (int)(_fixed - _openStart);
        _open.RemoveRange(kept * _vocabularySize, _open.Count - (kept * _vocabularySize));
        for (var frame = _fixed; frame < firstFrame + logits.FrameCount; frame++)
        {
            if (frame >= firstFrame) _open.AddRange(logits.Frame((int)(frame - firstFrame)));
            else AddBlank();
        }

        _fixed = Math.Clamp(fixedFrames, _fixed, _openStart + (_open.Count / _vocabularySize));
        Settle();
    }

    /// <summary>The transcript up to the last pass.</summary>
    public Transcript Current()
    {
        var open = Decode([.. _open]);
        if (_stable.Count == 0) return open;
        Word[] words = [.. _stable, .. open.Words];
        // The geometric mean over words stands in for the one over symbols, which stable words do not keep.
        return new Transcript(
            string.Join(' ', words.Select(word => word.Text)), words, Math.Exp(words.Average(word => Math.Log(word.Confidence))));
    }

    private void AddBlank()
    {
        for (var symbol = 0; symbol < _vocabularySize; symbol++) _open.Add(symbol == model.Config.BlankId ? 1 : 0);
    }

    /// <summary>Decodes up to the last word delimiter among the fixed frames.</summary>
    private void Settle()
    {
        if (model.Vocabulary.WordDelimiterId is not { } delimiter) return;
        var values = new Logits([.. _open], _vocabularySize);
        var end = (int)(_fixed - _openStart);
        while (end > 0 && values.MostProbable(end - 1) != delimiter) end--;
        if (end == 0) return;

        _stable.AddRange(Decode(values.Values[..(end * _vocabularySize)].ToArray()).Words);
        _open.RemoveRange(0, end * _vocabularySize);
        _openStart += end;
    }

    private Transcript Decode(float[] logits) => decoder.Decode(new Logits(logits, _vocabularySize), start + (_openStart * _frameShift));
}
