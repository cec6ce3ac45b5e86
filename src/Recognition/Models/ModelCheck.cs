namespace Attune.Recognition.Models;

/// <summary>Compares a model's weights with what its configuration asks for.</summary>
internal static class ModelCheck
{
    private const int NamesShown = 5;

    /// <summary>Finds out how the weights spell the positional convolution.</summary>
    /// <exception cref="ModelException">UnsupportedFeature: it is not weight-normalised.</exception>
    public static ModelLayout ResolveLayout(string folder, ModelConfig config, ModelWeights weights)
    {
        var suffixes = new ModelLayout(config, WeightNormSpelling.Suffixes);
        var parametrizations = new ModelLayout(config, WeightNormSpelling.Parametrizations);
        if (weights.TryFind(suffixes.PositionalDirection, out _)) return suffixes;
        if (weights.TryFind(parametrizations.PositionalDirection, out _)) return parametrizations;
        var plain = suffixes.Positional + ".weight";
        if (!weights.TryFind(plain, out _)) return parametrizations;
        throw new ModelException(
            ModelError.UnsupportedFeature,
            $"{folder} has '{plain}', a positional convolution without weight normalisation, which is not supported. "
            + $"Save the model with '{suffixes.PositionalGain}' and '{suffixes.PositionalDirection}', as transformers does.");
    }

    /// <summary>Checks that every parameter is there, with its shape and a float type. Further tensors are ignored.</summary>
    /// <exception cref="ModelException">MissingTensor, VocabularySize, TensorShape or TensorType.</exception>
    public static void Check(string folder, ModelConfig config, Vocabulary vocabulary, ModelLayout layout, ModelWeights weights)
    {
        CheckPresence(folder, layout.Parameters, weights, "and a model fine-tuned with CTC");
        CheckHead(folder, config, vocabulary, layout, weights);
        CheckTensors(folder, layout.Parameters, weights);
    }

    /// <summary>Checks that each parameter has its shape and a float type.</summary>
    /// <exception cref="ModelException">TensorShape or TensorType.</exception>
    public static void CheckTensors(string folder, IEnumerable<ModelParameter> parameters, ModelWeights weights)
    {
        foreach (var parameter in parameters)
        {
            var entry = weights.Find(parameter.Name).Entry;
            if (!entry.Shape.SequenceEqual(parameter.Shape))
            {
                throw new ModelException(
                    ModelError.TensorShape,
                    $"Tensor '{entry.Name}' of {folder} must have shape {TensorEntry.Describe(parameter.Shape)} by config.json. "
                    + $"Given: {TensorEntry.Describe(entry.Shape)}. Use the config.json that belongs to these weights.");
            }

            if (!entry.Type.IsFloat())
            {
                throw new ModelException(
                    ModelError.TensorType,
                    $"Tensor '{entry.Name}' of {folder} must be F32, F16 or BF16. Given: {entry.Type.ToDtype()}. Save the model in one of "
                    + "these types.");
            }
        }
    }

    /// <summary>Checks that every parameter is there.</summary>
    /// <param name="folder">For the message.</param>
    /// <param name="parameters">What the configuration asks for.</param>
    /// <param name="weights">What the files have.</param>
    /// <param name="need">What else the user should use, for the message.</param>
    /// <exception cref="ModelException">MissingTensor.</exception>
    public static void CheckPresence(string folder, IReadOnlyList<ModelParameter> parameters, ModelWeights weights, string need)
    {
        var missing = parameters.Select(parameter => parameter.Name).Where(name => !weights.TryFind(name, out _)).ToArray();
        if (missing.Length == 0) return;
        var names = string.Join(", ", missing.Take(NamesShown)) + (missing.Length > NamesShown ? ", ..." : string.Empty);
        throw new ModelException(
            ModelError.MissingTensor,
            $"The weights in {folder} lack {missing.Length} of {parameters.Count} tensors that config.json asks for: {names}. "
            + $"Use the config.json that belongs to these weights, {need}.");
    }

    private static void CheckHead(string folder, ModelConfig config, Vocabulary vocabulary, ModelLayout layout, ModelWeights weights)
    {
        var name = layout.Head + ".weight";
        var shape = weights.Find(name).Entry.Shape;
        if (shape.Count != 2 || shape[0] == config.VocabularySize) return;
        throw new ModelException(
            ModelError.VocabularySize,
            $"The vocabulary of {folder} has the wrong size: config.json has vocab_size {config.VocabularySize}, vocab.json "
            + $"{vocabulary.Count} tokens, "
            + $"'{name}' {shape[0]} rows. All three must agree: use the files that belong together.");
    }
}
