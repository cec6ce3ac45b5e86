using System.Text;
using Attune.Recognition.Acoustic;
using Attune.Text.Classification;
using Attune.Text.Embedding;
using Attune.Text.Generation;
using Attune.Text.Inference;
using Attune.Text.Models;
using Attune.Text.Scoring;
using Attune.Text.Tokenization;

namespace Attune.Text;

/// <summary>Does with one model what it can: a causal model scores, continues and embeds texts, a classifier classifies and embeds them.</summary>
/// <remarks>
/// Each method checks the text and gives the work, of which nothing is done yet. Thread-safe, each work by itself is not. The owner disposes it after the last
/// work is done.
/// </remarks>
public sealed class TextEngine : IDisposable
{
    /// <summary>
    /// Most tokens of a causal model's forward pass: what others wait for at most. A text of more is read in several passes, which gives the same result.
    /// </summary>
    public const int PieceTokens = 64;

    private readonly OnnxCausalModel? _causal;
    private readonly OnnxClassifier? _classifier;

    /// <summary>Opens a session on a model.</summary>
    /// <param name="model">Owned.</param>
    /// <param name="set">Parameters that the methods accept values for; null for none.</param>
    /// <param name="options">Threads and packing; defaults if null.</param>
    public TextEngine(TextModel model, ParameterSet? set = null, OnnxOptions? options = null)
    {
        Model = model;
        Set = set;
        if (model.Config.Architecture == TextArchitecture.Gpt2) _causal = new OnnxCausalModel(model, set, options);
        else _classifier = new OnnxClassifier(model, set, options);
    }

    public TextModel Model { get; }

    /// <summary>The parameters that the methods accept values for; null for none.</summary>
    public ParameterSet? Set { get; }

    /// <summary>The model's own values of the adaptable parameters; null if there are none.</summary>
    public AdaptableParameters? Source => _causal?.Source ?? _classifier?.Source;

    /// <summary>Whether <see cref="Score"/> and <see cref="Generate"/> are offered; otherwise <see cref="Classify"/> is.</summary>
    public bool IsCausal => _causal is not null;

    /// <summary>How probable the model finds a text.</summary>
    /// <param name="text">At least one character.</param>
    /// <param name="parameters">A version of the adaptable parameters; null for the model's own.</param>
    /// <exception cref="TextException">Empty, InvalidUnicode, TooLong, or WrongModel for a classifier.</exception>
    public TextScoring Score(string text, AdaptableParameters? parameters = null)
    {
        var causal = RequireCausal();
        RequireText(text);
        int[] tokens = [Model.Config.EndOfTextId, .. Model.Tokenizer.Encode(text)];
        TokenLimits.CheckLength(tokens.Length, Model.Config);
        return new TextScoring(new TokenReader(causal, parameters), Model.Tokenizer, tokens, Encoding.UTF8.GetByteCount(text));
    }

    /// <summary>Continues a text.</summary>
    /// <param name="prompt">What is continued. If it is empty, a new text begins.</param>
    /// <param name="options">How.</param>
    /// <param name="parameters">A version of the adaptable parameters; null for the model's own.</param>
    /// <exception cref="TextException">InvalidUnicode, TooLong, or WrongModel for a classifier.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public TextGeneration Generate(string prompt, GenerationOptions options, AdaptableParameters? parameters = null)
    {
        var causal = RequireCausal();
        Check(options);
        int[] tokens = prompt.Length == 0 ? [Model.Config.EndOfTextId] : [.. Model.Tokenizer.Encode(prompt)];
        if (tokens.Length >= Model.Config.ContextLength)
        {
            throw new TextException(
                TextError.TooLong,
                $"A prompt must leave room for new tokens: the model reads {Model.Config.ContextLength} at once. Given: {tokens.Length}. Send a shorter prompt.");
        }

        return new TextGeneration(new TokenReader(causal, parameters), Model.Tokenizer, Model.Config, tokens, options);
    }

    /// <summary>Gives a text a label.</summary>
    /// <param name="text">At least one character.</param>
    /// <param name="pair">A second text, for models that compare two; null for none.</param>
    /// <param name="parameters">A version of the adaptable parameters; null for the model's own.</param>
    /// <exception cref="TextException">Empty, InvalidUnicode, TooLong, or WrongModel for a causal model, or one that knows no pairs.</exception>
    public TextClassification Classify(string text, string? pair = null, AdaptableParameters? parameters = null)
    {
        if (_classifier is null) throw WrongModel.Of(Model, "has no labels: choose a BERT classifier");
        if (pair is not null)
        {
            RequireText(pair);
            if (Model.Config.TokenTypeCount < 2) throw WrongModel.Of(Model, "reads no pairs of texts: send one text");
        }

        return new TextClassification(_classifier, ToClassifierText(text, pair), Model.Config.Labels, parameters);
    }

    /// <summary>Makes a vector of a text.</summary>
    /// <param name="text">At least one character.</param>
    /// <param name="parameters">A version of the adaptable parameters; null for the model's own.</param>
    /// <exception cref="TextException">Empty, InvalidUnicode or TooLong.</exception>
    public TextEmbedding Embed(string text, AdaptableParameters? parameters = null)
    {
        var size = Model.Config.HiddenSize;
        if (_classifier is not null) return new ClassifierEmbedding(_classifier, ToClassifierText(text, pair: null), size, parameters);

        RequireText(text);
        var tokens = Model.Tokenizer.Encode(text);
        TokenLimits.CheckLength(tokens.Count, Model.Config);
        return new CausalEmbedding(new TokenReader(_causal!, parameters), tokens, size);
    }

    /// <summary>Makes a vector of a text of any length: one that is too long for the model is read in windows, and every token counts alike.</summary>
    /// <inheritdoc cref="Embed"/>
    /// <exception cref="TextException">Empty or InvalidUnicode.</exception>
    public TextEmbedding EmbedWhole(string text, AdaptableParameters? parameters = null)
    {
        RequireText(text);
        var size = Model.Config.HiddenSize;
        return new WindowedEmbedding(size, [.. TextWindows.Chunks(Model, text, Model.Config.ContextLength).Select(Embedding)]);

        TextEmbedding Embedding(IReadOnlyList<int> tokens) => _classifier is null
            ? new CausalEmbedding(new TokenReader(_causal!, parameters), tokens, size)
            : new ClassifierEmbedding(_classifier, new ClassifierText((WordPieceTokenizer)Model.Tokenizer, tokens), size, parameters);
    }

    public void Dispose()
    {
        _causal?.Dispose();
        _classifier?.Dispose();
        Model.Dispose();
    }

    private OnnxCausalModel RequireCausal() => _causal ?? throw WrongModel.Of(Model, "predicts no next token: choose a GPT-2");

    private ClassifierText ToClassifierText(string text, string? pair)
    {
        RequireText(text);
        var tokens = new ClassifierText((WordPieceTokenizer)Model.Tokenizer, text, pair);
        TokenLimits.CheckLength(tokens.TokenCount, Model.Config);
        return tokens;
    }

    private static void RequireText(string text)
    {
        if (text.Length == 0) throw new TextException(TextError.Empty, "A text must have at least one character. Given: none. Send a text.");
    }

    private static void Check(GenerationOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTokens, 1);
        if (!(options.Temperature is >= 0 and <= GenerationOptions.MaxTemperature))
            throw new ArgumentOutOfRangeException(nameof(options), options.Temperature, $"The temperature must be from 0 to {GenerationOptions.MaxTemperature}.");
        ArgumentOutOfRangeException.ThrowIfNegative(options.TopK);
        if (!(options.TopP is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(options), options.TopP, "top-p must be above 0 and at most 1.");
        if (options.Stop.Count > GenerationOptions.MaxStopStrings || options.Stop.Any(stop => stop.Length is 0 or > GenerationOptions.MaxStopCharacters))
        {
            throw new ArgumentException(
                $"There may be {GenerationOptions.MaxStopStrings} stop strings of 1 to {GenerationOptions.MaxStopCharacters} characters.", nameof(options));
        }
    }
}
