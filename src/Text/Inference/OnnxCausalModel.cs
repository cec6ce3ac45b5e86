using Attune.Recognition.Acoustic;
using Attune.Text.Graph;
using Attune.Text.Models;
using Microsoft.ML.OnnxRuntime;

namespace Attune.Text.Inference;

/// <summary>The frozen forward pass of GPT-2: tokens in, logits of the next token out, with any version of the adaptable parameters.</summary>
/// <remarks>
/// One session serves all texts. Thread-safe; concurrent calls share threads, also those of other sessions. The owner disposes it after the last call
/// has returned, and the <see cref="TextModel"/> after it.
/// </remarks>
public sealed class OnnxCausalModel : IDisposable
{
    private readonly TextModel _model;
    private readonly SessionInputs _inputs;
    private readonly InferenceSession _session;
    private readonly string[] _outputs;

    /// <summary>Writes the graph and opens a session on it.</summary>
    /// <param name="model">Configuration and weights, of GPT-2; not disposed.</param>
    /// <param name="set">Parameters that <see cref="Run"/> accepts values for; null for none.</param>
    /// <param name="options">Threads and packing; defaults if null.</param>
    /// <exception cref="TextException">WrongModel.</exception>
    public OnnxCausalModel(TextModel model, ParameterSet? set = null, OnnxOptions? options = null)
    {
        if (model.Config.Architecture != TextArchitecture.Gpt2) throw WrongModel.Of(model, "predicts no next token: choose a GPT-2");

        _model = model;
        Source = set is null ? null : model.Source(set);
        _inputs = new SessionInputs(Source?.Layout);
        using var sessionOptions = OnnxSession.CreateOptions(model.Weights, options ?? new OnnxOptions());
        _session = new InferenceSession(Gpt2Graph.Write(model, Source), sessionOptions);
        _outputs =
        [
            Gpt2Graph.Logits,
            Gpt2Graph.Hidden,
            .. Enumerable.Range(0, model.Config.LayerCount).SelectMany(layer => new[] { Gpt2Graph.PresentKey(layer), Gpt2Graph.PresentValue(layer) }),
        ];
    }

    /// <summary>The model's own values of the adaptable parameters; null if there are none.</summary>
    public AdaptableParameters? Source { get; }

    /// <summary>Reads a batch of texts, or goes on reading them.</summary>
    /// <param name="batch">The new tokens.</param>
    /// <param name="past">What the same rows have read before, with the same parameters; null for nothing. Stays as it is, not disposed.</param>
    /// <param name="allLogits">True: logits after each token. False: after the last of each row.</param>
    /// <param name="parameters">A version of the adaptable parameters; null for the model's own.</param>
    /// <param name="cancellationToken">Ends the pass between two operators.</param>
    /// <returns>The caller disposes it, and its cache.</returns>
    /// <exception cref="TextException">TooLong: a row has more tokens, with those before, than the model reads.</exception>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, the past is of other rows, or the parameters are of another set.</exception>
    public CausalPass Run(
        TokenBatch batch, KeyValueCache? past, bool allLogits, AdaptableParameters? parameters, CancellationToken cancellationToken)
    {
        var config = _model.Config;
        if (past is not null && past.Lengths.Count != batch.Count)
            throw new ArgumentException($"The past is of {past.Lengths.Count} rows. Given: {batch.Count} rows.", nameof(past));
        TokenLimits.Check(batch, past?.Lengths, config);

        long[] shape = [batch.Count, batch.Longest];
        var places = past?.Places ?? [.. Enumerable.Repeat<bool[]>([], batch.Count)];
        var earlier = places[0].Count;
        var selected = allLogits ? batch.Longest : 1;
        using var inputs = _inputs.Create(parameters);
        inputs.Add(Gpt2Graph.Tokens, batch.Ids, shape);
        inputs.Add(Gpt2Graph.Positions, TokenLimits.Positions(batch, past?.Lengths, config), shape);
        inputs.Add(Gpt2Graph.Mask, AttentionMask.Causal(batch, places), [batch.Count, 1, batch.Longest, earlier + batch.Longest]);
        inputs.Add(Gpt2Graph.Selected, Select(batch, allLogits), [batch.Count, selected, 1]);
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            AddPast(Gpt2Graph.PastKey(layer), 2 * layer);
            AddPast(Gpt2Graph.PastValue(layer), (2 * layer) + 1);
        }

        var outputs = inputs.Run(_session, _outputs, cancellationToken);
        var cache = new KeyValueCache([.. outputs.Skip(2)], [.. places.Select((row, index) => Extend(row, batch.Lengths[index], batch.Longest))]);
        return new CausalPass(outputs[0], outputs[1], cache, selected, batch.Longest, config.VocabularySize, config.HiddenSize);

        void AddPast(string name, int index)
        {
            if (past is null) inputs.Add(name, ReadOnlyMemory<float>.Empty, [batch.Count, config.HeadCount, 0, config.HeadSize]);
            else inputs.AddShared(name, past.Values[index]);
        }
    }

    public void Dispose() => _session.Dispose();

    private static bool[] Extend(IReadOnlyList<bool> places, int length, int longest) =>
        [.. places, .. Enumerable.Range(0, longest).Select(place => place < length)];

    private static long[] Select(TokenBatch batch, bool all) => all
        ? [.. Enumerable.Range(0, batch.Count).SelectMany(_ => Enumerable.Range(0, batch.Longest)).Select(index => (long)index)]
        : [.. batch.Lengths.Select(length => length - 1L)];
}
