using System.Text;
using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Text.Inference;
using Attune.Text.Models;

namespace Attune.Adaptation.Text.Slow;

/// <summary>The loss of examples with any version of the adaptable parameters: bits for a byte of their texts in UTF-8, or, for a classifier, nats for a text's label.</summary>
/// <remarks>Thread-safe; synchronous.</remarks>
/// <param name="model">Whose tokens and labels.</param>
/// <param name="update">What computes; gives way as it does.</param>
/// <param name="window">Tokens of the windows that longer texts are cut into.</param>
public sealed class ExampleLoss(TextModel model, TextUpdate update, int window)
{
    /// <summary>What is minimised to learn examples.</summary>
    /// <param name="examples">At least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is none of the model's.</exception>
    public TextTask ToTask(IReadOnlyList<TextExample> examples) =>
        TextTask.Examples(model, [.. examples.Select(example => (example, TextWindows.Rows(model, example.Text, window)))]);

    /// <summary>The loss.</summary>
    /// <param name="examples">At least one.</param>
    /// <param name="parameters">Null for the model's own.</param>
    /// <param name="cancellationToken">Honoured between pieces.</param>
    public double Of(IReadOnlyList<TextExample> examples, AdaptableParameters? parameters, CancellationToken cancellationToken)
    {
        var loss = update.Evaluate(ToTask(examples), parameters, cancellationToken);
        if (model.Config.Architecture != TextArchitecture.Gpt2) return loss;
        // The task's mean is over tokens, of which every version of a model has as many; bytes are what users compare.
        var tokens = examples.Sum(example => (long)model.Tokenizer.Encode(example.Text).Count);
        var bytes = examples.Sum(example => (long)Encoding.UTF8.GetByteCount(example.Text));
        return loss * tokens / bytes / Math.Log(2);
    }
}
