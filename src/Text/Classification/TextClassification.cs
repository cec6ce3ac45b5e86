using Attune.Recognition.Acoustic;
using Attune.Text.Inference;

namespace Attune.Text.Classification;

/// <summary>A label and how probable it is.</summary>
/// <param name="Name">As the model's <c>id2label</c> has it.</param>
/// <param name="Index">Its number.</param>
/// <param name="Probability">From 0 to 1; those of all labels have the sum 1.</param>
public sealed record LabelProbability(string Name, int Index, double Probability);

/// <summary>Gives one text a label.</summary>
/// <remarks>Not thread-safe; the owner disposes it.</remarks>
public sealed class TextClassification : ITextWork
{
    private readonly OnnxClassifier _classifier;
    private readonly ClassifierText _text;
    private readonly IReadOnlyList<string> _labels;
    private readonly AdaptableParameters? _parameters;
    private IReadOnlyList<LabelProbability>? _result;
    private float[]? _logits;

    internal TextClassification(OnnxClassifier classifier, ClassifierText text, IReadOnlyList<string> labels, AdaptableParameters? parameters) =>
        (_classifier, _text, _labels, _parameters) = (classifier, text, labels, parameters);

    /// <summary>The tokens that are read, one row, with their types.</summary>
    public TokenBatch Tokens => _text.Batch;

    /// <summary>Tokens of the text, special ones included.</summary>
    public int TokenCount => _text.TokenCount;

    /// <summary>Those that stand for something that the vocabulary does not have.</summary>
    public int UnknownCount => _text.UnknownCount;

    /// <summary>All labels, the most probable first, once there is no further piece.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public IReadOnlyList<LabelProbability> Result => _result ?? throw new InvalidOperationException("The text has not been read.");

    /// <summary>Logits of the labels, by their number, once there is no further piece.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public ReadOnlyMemory<float> Logits => _logits ?? throw new InvalidOperationException("The text has not been read.");

    public bool Advance(CancellationToken cancellationToken)
    {
        var logits = _logits = _classifier.Run(_text.Batch, _parameters, cancellationToken).Logits.ToArray();
        var normalizer = LogSoftmax.Normalizer(logits);
        _result = [.. logits.Select((logit, index) => new LabelProbability(_labels[index], index, Math.Exp(logit - normalizer))).OrderByDescending(label => label.Probability)];
        return false;
    }

    public void Dispose()
    {
    }
}
