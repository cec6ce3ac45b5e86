using Attune.Recognition.Acoustic;
using Attune.Text.Inference;

namespace Attune.Text.Embedding;

/// <summary>The vector of a text by a classifier.</summary>
/// <param name="classifier">Not disposed.</param>
/// <param name="text">Tokens with the special ones around them.</param>
/// <param name="size">D.</param>
/// <param name="parameters">A version of the adaptable parameters; null for the model's own.</param>
internal sealed class ClassifierEmbedding(OnnxClassifier classifier, ClassifierText text, int size, AdaptableParameters? parameters)
    : TextEmbedding(size, text.TokenCount, text.UnknownCount)
{
    public override bool Advance(CancellationToken cancellationToken)
    {
        var hidden = classifier.Run(text.Batch, parameters, cancellationToken).Hidden.Span;
        for (var token = 0; token < TokenCount; token++) Add(hidden.Slice(token * Size, Size));
        return false;
    }

    public override void Dispose()
    {
    }
}
