using Attune.Recognition.Acoustic;
using Attune.Text.Graph;
using Attune.Text.Models;
using Microsoft.ML.OnnxRuntime;

namespace Attune.Text.Inference;

/// <summary>What a classifier says of a batch.</summary>
/// <param name="Logits">Unnormalised log-probabilities of the labels, row-major, shape (N, L).</param>
/// <param name="Hidden">What leaves the last layer, row-major, shape (N, T, D).</param>
/// <remarks>Immutable.</remarks>
public sealed record ClassifierPass(ReadOnlyMemory<float> Logits, ReadOnlyMemory<float> Hidden);

/// <summary>The frozen forward pass of a BERT classifier, with any version of the adaptable parameters.</summary>
/// <remarks>
/// One session serves all texts. Thread-safe; concurrent calls share threads, also those of other sessions. The owner disposes it after the last call
/// has returned, and the <see cref="TextModel"/> after it.
/// </remarks>
public sealed class OnnxClassifier : IDisposable
{
    private static readonly string[] Outputs = [BertGraph.Logits, BertGraph.Hidden];

    private readonly TextModel _model;
    private readonly SessionInputs _inputs;
    private readonly InferenceSession _session;

    /// <summary>Writes the graph and opens a session on it.</summary>
    /// <param name="model">Configuration and weights, of BERT; not disposed.</param>
    /// <param name="set">Parameters that <see cref="Run"/> accepts values for; null for none.</param>
    /// <param name="options">Threads and packing; defaults if null.</param>
    /// <exception cref="TextException">WrongModel.</exception>
    public OnnxClassifier(TextModel model, ParameterSet? set = null, OnnxOptions? options = null)
    {
        if (model.Config.Architecture != TextArchitecture.Bert) throw WrongModel.Of(model, "has no labels: choose a BERT classifier");

        _model = model;
        Source = set is null ? null : model.Source(set);
        _inputs = new SessionInputs(Source?.Layout);
        using var sessionOptions = OnnxSession.CreateOptions(model.Weights, options ?? new OnnxOptions());
        _session = new InferenceSession(BertGraph.Write(model, Source), sessionOptions);
    }

    /// <summary>The model's own values of the adaptable parameters; null if there are none.</summary>
    public AdaptableParameters? Source { get; }

    /// <summary>Reads a batch of texts.</summary>
    /// <param name="batch">Their tokens, special ones included.</param>
    /// <param name="parameters">A version of the adaptable parameters; null for the model's own.</param>
    /// <param name="cancellationToken">Ends the pass between two operators.</param>
    /// <exception cref="TextException">TooLong: a row has more tokens than the model reads.</exception>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or the parameters are of another set.</exception>
    public ClassifierPass Run(TokenBatch batch, AdaptableParameters? parameters, CancellationToken cancellationToken)
    {
        TokenLimits.Check(batch, earlier: null, _model.Config);
        long[] shape = [batch.Count, batch.Longest];
        using var inputs = _inputs.Create(parameters);
        inputs.Add(BertGraph.Tokens, batch.Ids, shape);
        inputs.Add(BertGraph.Positions, TokenLimits.Positions(batch, earlier: null, _model.Config), shape);
        inputs.Add(BertGraph.TokenTypes, batch.Types, shape);
        inputs.Add(BertGraph.Mask, AttentionMask.Both(batch), [batch.Count, 1, 1, batch.Longest]);
        var outputs = inputs.Run(_session, Outputs, cancellationToken);
        using var logits = outputs[0];
        using var hidden = outputs[1];
        return new ClassifierPass(logits.GetTensorDataAsSpan<float>().ToArray(), hidden.GetTensorDataAsSpan<float>().ToArray());
    }

    public void Dispose() => _session.Dispose();
}
