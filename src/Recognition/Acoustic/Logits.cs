namespace Attune.Recognition.Acoustic;

/// <summary>Unnormalised log-probabilities of each symbol in each frame of one utterance.</summary>
/// <remarks>Immutable.</remarks>
public sealed class Logits
{
    private readonly float[] _values;

    /// <param name="values">Row-major, shape (T', V). Not copied.</param>
    /// <param name="vocabularySize">V.</param>
    public Logits(float[] values, int vocabularySize)
    {
        if (vocabularySize <= 0 || values.Length % vocabularySize != 0)
            throw new ArgumentException($"{values.Length} values are no whole number of frames of {vocabularySize} symbols.", nameof(values));

        _values = values;
        VocabularySize = vocabularySize;
    }

    /// <summary>Frames T'.</summary>
    public int FrameCount => _values.Length / VocabularySize;

    /// <summary>Symbols V.</summary>
    public int VocabularySize { get; }

    /// <summary>All values, row-major, shape (T', V).</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The V logits of one frame.</summary>
    public ReadOnlySpan<float> Frame(int index) => _values.AsSpan(index * VocabularySize, VocabularySize);

    /// <summary>Whether every value is a number.</summary>
    public bool AreFinite
    {
        get
        {
            foreach (var value in _values)
            {
                if (!float.IsFinite(value)) return false;
            }

            return true;
        }
    }

    /// <summary>Share of frames whose most probable symbol is the blank, from 0 to 1.</summary>
    public double BlankRatio(int blankId)
    {
        var blanks = 0;
        for (var frame = 0; frame < FrameCount; frame++)
        {
            if (MostProbable(frame) == blankId) blanks++;
        }

        return FrameCount == 0 ? 1 : (double)blanks / FrameCount;
    }

    /// <summary>Softmax probability of a symbol in a frame.</summary>
    public double Probability(int frame, int symbol)
    {
        var logits = Frame(frame);
        var sum = 0.0;
        foreach (var logit in logits) sum += Math.Exp(logit - logits[symbol]);
        return 1 / sum;
    }

    /// <summary>The symbol with the largest logit; the first of equal ones.</summary>
    public int MostProbable(int frame)
    {
        var logits = Frame(frame);
        var best = 0;
        for (var symbol = 1; symbol < logits.Length; symbol++)
        {
            if (logits[symbol] > logits[best]) best = symbol;
        }

        return best;
    }
}
