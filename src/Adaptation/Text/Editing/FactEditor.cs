using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>Changes facts that a GPT-2 knows, by one small change of one matrix.</summary>
/// <remarks>
/// <para>ROME (Meng et al. 2022, arXiv 2202.05262) for one fact, and what follows from the same condition for several:</para>
/// <para>(1) find the layer, unless it is given: where restoring the feed-forward part at the subject's last token brings most of the answer back, on average over
/// the facts; (2) for each fact, the key that this layer's output matrix reads there, a mean over prefixes; (3) for each fact, the change of value that makes
/// the model say the new object (<see cref="ValueSearch"/>); (4) the second moment of the keys of ordinary text; (5) the smallest change of the matrix that
/// gives each key its change of value (<see cref="KeyValueUpdate"/>).</para>
/// <para>ROME's code takes the mean key in one place and the key of the bare prompt in another, which makes long sequences of edits diverge (Gupta et al.
/// 2024, "Rebuilding ROME", arXiv 2403.07175); here it is the mean key in both. Nothing is written; the model stays as it is. Belongs to one thread; the owner disposes it.</para>
/// </remarks>
public sealed class FactEditor : IDisposable
{
    private readonly TextModel _model;
    private readonly Gpt2Layout _layout;
    private readonly EditOptions _options;
    private (int Layer, IReadOnlyList<string> Texts, Tensor Values)? _moment;

    /// <param name="model">Of GPT-2; not disposed.</param>
    /// <param name="options">How.</param>
    /// <exception cref="EditException">WrongModel.</exception>
    public FactEditor(TextModel model, EditOptions options)
    {
        _layout = model.Layout as Gpt2Layout ?? throw new EditException(
            EditError.WrongModel, $"Facts can be edited in causal models: choose a GPT-2. Given: {model.Name} ({model.Config.Architecture}).");
        (_model, _options) = (model, options);
        Network = new Gpt2Network(model);
    }

    /// <summary>The model's twin.</summary>
    public Gpt2Network Network { get; }

    /// <summary>The layer whose feed-forward part carries the facts, by causal tracing.</summary>
    /// <param name="edits">Facts; the model's present answers to their prompts are traced.</param>
    /// <param name="cancellationToken">Ends the work between passes.</param>
    /// <exception cref="Attune.Text.TextException">InvalidUnicode, TooLong.</exception>
    public int Locate(IReadOnlyList<FactEdit> edits, CancellationToken cancellationToken)
    {
        var tracer = new CausalTracer(_model, Network, new TraceOptions());
        var effects = new double[_model.Config.LayerCount];
        foreach (var edit in edits)
        {
            var trace = tracer.Trace(edit.Prompt, edit.Subject, TraceKind.FeedForward, cancellationToken);
            for (var layer = 0; layer < effects.Length; layer++) effects[layer] += trace.Restored[trace.SubjectEnd][layer] - trace.Corrupted;
        }

        // What the last layer recalls before the last token is read by nobody.
        return effects[..Math.Max(1, effects.Length - 1)].Index().MaxBy(layer => layer.Item).Index;
    }

    /// <summary>Computes the matrix that has all the facts in it.</summary>
    /// <param name="edits">At least one; of each subject one at most.</param>
    /// <param name="layer">Whose matrix, from 0.</param>
    /// <param name="texts">Prefixes and ordinary text.</param>
    /// <param name="progress">Told how many facts have their value, from the calling thread; null for nobody.</param>
    /// <param name="cancellationToken">Ends the work between steps.</param>
    /// <exception cref="EditException">UnknownLayer, SameKey, NoText.</exception>
    /// <exception cref="Attune.Text.TextException">InvalidUnicode, TooLong.</exception>
    public EditedTensor Edit(IReadOnlyList<FactEdit> edits, int layer, EditTexts texts, Action<int>? progress, CancellationToken cancellationToken)
    {
        if (layer < 0 || layer >= _model.Config.LayerCount)
            throw new EditException(EditError.UnknownLayer, $"The layer must be from 0 to {_model.Config.LayerCount - 1}. Given: {layer}.");
        if (!texts.Ordinary.Any(text => text.Length > 0)) throw new EditException(EditError.NoText, "Ordinary text must have at least one token. Given: none. Give text.");
        using var scope = NewDisposeScope();
        var keys = new List<Tensor>();
        var changes = new List<Tensor>();
        foreach (var edit in edits)
        {
            var (key, change) = Recall(edit, layer, texts.Prefixes, cancellationToken);
            keys.Add(key);
            changes.Add(change);
            progress?.Invoke(keys.Count);
        }

        return Apply(layer, Solve(edits, Moment(layer, texts.Ordinary, cancellationToken), stack(keys), stack(changes)));
    }

    public void Dispose()
    {
        _moment?.Values.Dispose();
        Network.Dispose();
    }

    /// <summary>The second moment of the keys of texts; kept, as edits one after the other have the same.</summary>
    private Tensor Moment(int layer, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        if (_moment is { } known && known.Layer == layer && ReferenceEquals(known.Texts, texts)) return known.Values;
        var values = KeyMoments.Estimate(Network, layer, Encode(texts), _options.Ridge, cancellationToken).DetachFromDisposeScope();
        _moment?.Values.Dispose();
        _moment = (layer, texts, values);
        return values;
    }

    /// <summary>The key of a fact's subject, and how its value must change: float64, shapes (inner) and (D).</summary>
    private (Tensor Key, Tensor Change) Recall(FactEdit edit, int layer, IReadOnlyList<string> prefixes, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        SubjectPrompt[] prompts = [.. prefixes.Select(Join).Prepend("").Distinct().Select(prefix => Encode(prefix + edit.Prompt))];
        if (layer == _model.Config.LayerCount - 1 && prompts[0].SubjectEnd < prompts[0].Tokens.Count - 1)
        {
            throw new EditException(
                EditError.UnknownLayer, $"Layer {layer} is the last one: no later token reads what it recalls for '{edit.Subject}'. Choose a layer before it.");
        }

        var recall = SubjectRecall.Of(Network, layer, prompts);
        var target = EditMeasurement.Target(_model.Tokenizer, edit);
        var length = recall.Value.norm().item<double>();
        var search = new ValueSearch(Network, layer, prompts, target, [.. edit.Essence.Select(Encode)], length, _options);
        float[] change = [.. search.Run(_model.Config.HiddenSize, cancellationToken).Change];
        return (recall.Key.MoveToOuterDisposeScope(), tensor(change, ScalarType.Float64, TorchRuntime.Device).MoveToOuterDisposeScope());

        SubjectPrompt Encode(string prompt) => SubjectPrompt.Encode(_model.Tokenizer, prompt, edit.Subject);
    }

    /// <summary>What stands before a prompt as a sentence of its own.</summary>
    private static string Join(string prefix)
    {
        var text = prefix.Trim();
        return text.Length == 0 ? "" : text[^1] is '.' or '!' or '?' ? text + " " : text + ". ";
    }

    private IReadOnlyList<int>[] Encode(IEnumerable<string> texts) =>
        [.. texts.Select(_model.Tokenizer.Encode).SelectMany(text => text.Chunk(_model.Config.ContextLength)).Where(text => text.Length > 0)];

    private static Tensor Solve(IReadOnlyList<FactEdit> edits, Tensor moment, Tensor keys, Tensor changes)
    {
        try
        {
            return KeyValueUpdate.Solve(moment, keys, changes);
        }
        catch (DependentKeysException exception)
        {
            throw new EditException(
                EditError.SameKey,
                $"Each edit must have a subject of its own. Given: edit {exception.Index + 1} ('{edits[exception.Index].Subject}') is to the model what those before it are. "
                + "Make it in a second call, on the edited model.",
                exception);
        }
    }

    private EditedTensor Apply(int layer, Tensor update)
    {
        var parameter = _layout.Parameters.Single(parameter => parameter.Name == _layout.Layer(layer, "mlp.c_proj.weight"));
        var values = _model.Weights.ReadFloats(parameter.Name);
        var added = update.cpu().data<double>().ToArray();
        for (var i = 0; i < values.Length; i++) values[i] = (float)(values[i] + added[i]);
        return new EditedTensor(parameter, layer, values);
    }
}
