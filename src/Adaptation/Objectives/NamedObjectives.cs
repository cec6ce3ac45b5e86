using Attune.Recognition.Decoding;

namespace Attune.Adaptation.Objectives;

/// <summary>The objectives that settings name.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>suta</c></term><description>entropy of the frames that are not blank, and minimum class confusion: the default (<see cref="SutaObjective"/>)</description></item>
/// <item><term><c>sgem</c></term><description>Rényi entropy along the transcript that a search with the language finds, and negative sampling
/// (<see cref="SgemObjective"/>)</description></item>
/// </list>
/// </remarks>
public static class NamedObjectives
{
    /// <summary>SUTA's.</summary>
    public const string Suta = "suta";

    /// <summary>SGEM's.</summary>
    public const string Sgem = "sgem";

    /// <summary>Every name, the default first.</summary>
    public static IReadOnlyList<string> All { get; } = [Suta, Sgem];

    /// <summary>The names, for help and error messages.</summary>
    public static string Names { get; } = string.Join(", ", All);

    /// <summary>The objective with the given name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="blankId">Index of the CTC blank.</param>
    /// <param name="decoders">Of the model; their background language model is what <c>sgem</c> goes by. Null for none.</param>
    /// <exception cref="ArgumentException">There is no objective of that name.</exception>
    public static AdaptationObjective Create(string name, int blankId, BeamDecoders? decoders = null) => name switch
    {
        Suta => new SutaObjective(blankId).Evaluate,
        Sgem => new SgemObjective(blankId, decoders?.CreateLanguageLogits(SgemObjective.BeamWidth)).Evaluate,
        _ => throw new ArgumentException($"The objective must be one of {Names}. Given: '{name}'.", nameof(name)),
    };
}
