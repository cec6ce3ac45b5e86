using Attune.Adaptation.Objectives;
using Attune.Adaptation.Strategies;
using Attune.Recognition.Decoding;

namespace Attune.Cli.Evaluation;

/// <summary>What a strategy does with an utterance, and what it keeps for the next.</summary>
/// <param name="Name">The name that the command line takes.</param>
/// <param name="Summary">For help.</param>
internal sealed record StrategyKind(string Name, string Summary)
{
    /// <summary>The model as it is; what every other strategy is compared with.</summary>
    public static StrategyKind None { get; } = new("none", "the model as it is") { IsStateless = true };

    /// <summary>Anchor, chaser and leader.</summary>
    public static StrategyKind Awmc { get; } = new("awmc", "a step of a chaser on pseudo-labels of model and leader; an average of it, the leader, recognises");

    /// <summary>Every strategy.</summary>
    public static IReadOnlyList<StrategyKind> All { get; } =
    [
        None,
        new("tent", "one step of entropy alone on LayerNorms, kept, never reset")
        {
            Learning = "csuta",
            Objective = (blankId, _) => new EntropyObjective(blankId).Evaluate,
            Parameters = "layer-norm",
        },
        new("sdpl", "steps of CTC on the model's own transcript, forgotten after each utterance")
        {
            Learning = "suta",
            Objective = (blankId, _) => new PseudoLabelObjective(blankId).Evaluate,
            IsStateless = true,
        },
        new("suta", "steps of SUTA from the model, forgotten after each utterance") { IsStateless = true },
        new("sgem", "steps of SGEM, the same with another objective, which goes by the language model of --lm")
        {
            Learning = "suta",
            Objective = (blankId, decoders) => NamedObjectives.Create(NamedObjectives.Sgem, blankId, decoders),
            IsStateless = true,
        },
        new("csuta", "one step of SUTA, kept, never reset"),
        new("slow-only", "slow updates without steps on the utterance"),
        new("dsuta", "steps on the utterance from slow weights, which never go back"),
        new("dsuta-fixed", "the same, back to the model after a fixed number of utterances"),
        new("dsuta-oracle", "the same, back to the model where the condition changes"),
        new("dsuta-dynamic", "the same, back to the model when the loss improvement says so"),
        Awmc,
    ];

    /// <summary>Their names, for help and error messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(kind => kind.Name));

    /// <summary>Whether nothing of one utterance reaches the next, so that a stream may be resumed in its middle.</summary>
    public bool IsStateless { get; init; }

    /// <summary>Name of the <see cref="AdaptationStrategy"/> that says what is kept. Default <see cref="Name"/>.</summary>
    public string Learning { get; init; } = Name;

    /// <summary>What steps minimise, for an index of the blank and a model's decoders; null for SUTA's objective.</summary>
    public Func<int, BeamDecoders, AdaptationObjective>? Objective { get; init; }

    /// <summary>Parameter set; null for the command's.</summary>
    public string? Parameters { get; init; }
}
