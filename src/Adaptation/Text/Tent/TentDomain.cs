using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Strategies;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Text.Inference;

namespace Attune.Adaptation.Text.Tent;

/// <summary>What a domain's texts are classified with.</summary>
/// <param name="Number">Counts up with each version, through resets too.</param>
/// <param name="Updates">Steps since the last reset that made it.</param>
/// <param name="Parameters">The adapted parameters; null for the model's own.</param>
/// <remarks>Immutable: a request that took it keeps it to its end.</remarks>
public sealed record TentVersion(long Number, long Updates, AdaptableParameters? Parameters);

/// <summary>What became of a batch.</summary>
/// <param name="Sign">Why the domain went back to the model; null if the step serves.</param>
/// <param name="EntropyNats">Mean entropy of the batch before the step.</param>
public sealed record TentRound(CollapsedLabels? Sign, double EntropyNats);

/// <summary>Continual Tent on the texts of one domain, with resets.</summary>
/// <remarks>
/// <para>Each text: (1) the caller has the model and the version that serves answer it; (2) <see cref="Observe"/> looks at the answers of the last texts, and where they have collapsed, the
/// model's answer is served, and the domain is back at the model. Each full batch, on a thread of its own (<see cref="Update"/>): (3) reset test of Dynamic SUTA on the loss improvements
/// (<see cref="ResetRule"/>; here of entropies); (4) one step on the mean entropy of the batch, with the optimizer's moments of the last; (5) the new version answers all texts of the window;
/// (6) it serves if these answers have not collapsed, else the domain is back at the model. So no answer comes from weights that have collapsed on the texts before it.</para>
/// <para>Texts stay in memory for the window, and as long as they wait for a step. Thread-safe.</para>
/// </remarks>
public sealed class TentDomain
{
    /// <summary>Batches that may wait while a step is computed; older texts are left out.</summary>
    private const int WaitingBatches = 4;

    private readonly TextUpdate _update;
    private readonly TentOptions _options;
    private readonly LabelCheck _check;
    private readonly ResetRule _rule;
    private readonly Lock _lock = new();
    private readonly Queue<Seen> _window = [];
    private readonly Queue<TokenBatch> _waiting = [];
    private TentVersion _serving = new(0, 0, null);
    private AdaptationState? _state;
    private AdaptableParameters? _domainWeights;
    private LearningState _learning = LearningState.New;
    private bool _isUpdating;
    private long _resets;

    /// <param name="update">Steps at the rate of the options, over the LayerNorms.</param>
    /// <param name="labels">Number of labels.</param>
    /// <param name="options">Batch, window, bounds.</param>
    public TentDomain(TextUpdate update, int labels, TentOptions options)
    {
        (_update, _options) = (update, options);
        _check = new LabelCheck(labels, options);
        var slow = new SlowUpdateOptions { ResetWindow = options.ResetWindow, ResetThreshold = options.ResetThreshold, ResetPatience = options.ResetPatience };
        _rule = new ResetRule(options.Guarded ? ResetPolicy.Dynamic : ResetPolicy.None, slow);
    }

    /// <summary>The version that serves.</summary>
    public TentVersion Serving
    {
        get
        {
            lock (_lock) return _serving;
        }
    }

    /// <summary>How often the domain went back to the model because its weights had collapsed.</summary>
    public long Resets
    {
        get
        {
            lock (_lock) return _resets;
        }
    }

    /// <summary>Takes note of a text and its answers.</summary>
    /// <param name="version">That answered.</param>
    /// <param name="text">Its tokens, one row.</param>
    /// <param name="model">The model's answer.</param>
    /// <param name="adapted">The version's answer.</param>
    /// <param name="teaches">Whether the domain may change by it. If not, it is only looked at.</param>
    /// <returns>What has collapsed: then the model's answer is to be served, and the domain is back at the model. Null if nothing has.</returns>
    public CollapsedLabels? Observe(TentVersion version, TokenBatch text, LabelAnswer model, LabelAnswer adapted, bool teaches)
    {
        lock (_lock)
        {
            // A text that was answered by an older version tells nothing of the one that serves.
            var isCurrent = version.Number == _serving.Number;
            var seen = new Seen(text, model, isCurrent ? adapted : model);
            var sign = isCurrent && version.Parameters is not null
                ? _check.Find([.. _window.Append(seen).TakeLast(_options.Window).Select(one => (one.Model, one.Adapted))])
                : double.IsFinite(adapted.EntropyNats) ? null : CollapsedLabels.NotFinite;
            if (!teaches) return sign;
            _window.Enqueue(seen);
            if (_window.Count > _options.Window) _window.Dequeue();
            if (sign is not null && isCurrent) GoBack();
            _waiting.Enqueue(text);
            if (_waiting.Count > WaitingBatches * _options.BatchSize) _waiting.Dequeue();
            return sign;
        }
    }

    /// <summary>Whether a batch is full and no step is at work; then one is, and <see cref="Update"/> or <see cref="GiveUp"/> must follow.</summary>
    public bool TryBegin()
    {
        lock (_lock)
        {
            if (_isUpdating || _waiting.Count < _options.BatchSize) return false;
            return _isUpdating = true;
        }
    }

    /// <summary>Leaves the batch out that was begun.</summary>
    public void GiveUp()
    {
        lock (_lock)
        {
            for (var i = 0; i < _options.BatchSize && _waiting.Count > 0; i++) _waiting.Dequeue();
            _isUpdating = false;
        }
    }

    /// <summary>Takes the domain back to the model, whatever it has learnt.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            GoBack();
            _window.Clear();
            _waiting.Clear();
        }
    }

    /// <summary>Makes the step that was begun.</summary>
    /// <param name="cancellationToken">Honoured between pieces.</param>
    /// <returns>Null if the domain was reset meanwhile.</returns>
    public TentRound? Update(CancellationToken cancellationToken)
    {
        try
        {
            TokenBatch[] batch;
            TentVersion version;
            (AdaptationState? State, LearningState Learning, AdaptableParameters? DomainWeights) before;
            lock (_lock)
            {
                batch = [.. Enumerable.Range(0, Math.Min(_options.BatchSize, _waiting.Count)).Select(_ => _waiting.Dequeue())];
                version = _serving;
                before = (_state, _learning, _domainWeights);
            }

            return batch.Length == 0 ? null : Learn(batch, version, before.State, before.Learning, before.DomainWeights, cancellationToken);
        }
        finally
        {
            lock (_lock) _isUpdating = false;
        }
    }

    private TentRound? Learn(
        TokenBatch[] batch, TentVersion version, AdaptationState? state, LearningState learning, AdaptableParameters? domainWeights, CancellationToken cancellationToken)
    {
        // 3: in the order of DomainLearner
        var improvements = learning.DomainWeights is null ? null : Improvements(batch, domainWeights, cancellationToken);
        var counted = learning;
        for (var i = 0; i < batch.Length - 1; i++) counted = Count(counted, i);
        var test = _rule.Test(counted with { Utterances = learning.Utterances }, counted.Improvement is null ? null : improvements?.Average(), batch.Length);
        if (test.IsReset) return Return(version, CollapsedLabels.LossImprovement, double.NaN);

        // 4
        var number = version.Number + 1;
        var (step, next) = _update.Step(TextTask.Entropy(batch), state, cancellationToken);
        counted = test.State with { Utterances = counted.Utterances, Good = [number], LastRevision = number };
        counted = Count(counted, batch.Length - 1);
        var remembered = counted.DomainWeights == learning.DomainWeights ? domainWeights : counted.DomainWeights == number ? next.Parameters : state?.Parameters;

        // 5
        Seen[] window;
        lock (_lock) window = [.. _window];
        if (_check.Find(_update.Source, next.Parameters) is { } moved) return Return(version, moved, step.Loss);
        var answers = Answers(window.Select(seen => seen.Text), next.Parameters, cancellationToken);
        if (_check.Find([.. window.Zip(answers, (seen, answer) => (seen.Model, answer))]) is { } sign) return Return(version, sign, step.Loss);

        // 6
        lock (_lock)
        {
            if (_serving.Number != version.Number) return null;
            (_serving, _state, _learning, _domainWeights) = (new TentVersion(number, version.Updates + 1, next.Parameters), next, counted, remembered);
            var renewed = new Dictionary<Seen, LabelAnswer>(ReferenceEqualityComparer.Instance);
            foreach (var (one, answer) in window.Zip(answers)) renewed.Add(one, answer);
            // Texts that came meanwhile were answered by the version before.
            Seen[] seen = [.. _window.Select(one => renewed.TryGetValue(one, out var answer) ? one with { Adapted = answer } : one)];
            _window.Clear();
            foreach (var one in seen) _window.Enqueue(one);
            return new TentRound(null, step.Loss);
        }

        LearningState Count(LearningState now, int text) => _rule.Count(now, _rule.NeedsImprovement(now) ? improvements?[text] : null);
    }

    /// <summary>Back to the model, unless another has been there before.</summary>
    private TentRound? Return(TentVersion version, CollapsedLabels sign, double entropy)
    {
        lock (_lock)
        {
            if (_serving.Number != version.Number) return null;
            GoBack();
            return new TentRound(sign, entropy);
        }
    }

    private void GoBack()
    {
        _resets++;
        (_serving, _state, _learning, _domainWeights) = (new TentVersion(_serving.Number + 1, 0, null), null, LearningState.New, null);
        Seen[] window = [.. _window.Select(seen => seen with { Adapted = seen.Model })];
        _window.Clear();
        foreach (var seen in window) _window.Enqueue(seen);
    }

    /// <summary>Entropy with the remembered weights less that with the model's, of each text.</summary>
    private double[] Improvements(TokenBatch[] batch, AdaptableParameters? domainWeights, CancellationToken cancellationToken) =>
    [
        .. Answers(batch, domainWeights, cancellationToken).Zip(Answers(batch, parameters: null, cancellationToken), (domain, model) => domain.EntropyNats - model.EntropyNats),
    ];

    private LabelAnswer[] Answers(IEnumerable<TokenBatch> texts, AdaptableParameters? parameters, CancellationToken cancellationToken) =>
        [.. _update.Logits([.. texts], parameters, cancellationToken).Select(logits => LabelAnswer.Of(logits))];

    /// <param name="Text">Its tokens.</param>
    /// <param name="Model">The model's answer.</param>
    /// <param name="Adapted">That of the version that serves.</param>
    private sealed record Seen(TokenBatch Text, LabelAnswer Model, LabelAnswer Adapted);
}
