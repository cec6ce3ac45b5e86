using System.Globalization;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>A parameter that a merge method takes.</summary>
/// <param name="Name">Its key in a recipe.</param>
/// <param name="Default">Its value where a recipe gives none; null if it must be given. 1 and 0 stand for true and false.</param>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
/// <param name="IsFlag">Whether it is true or false.</param>
/// <param name="IsInteger">Whether it is a whole number.</param>
public sealed record MergeParameter(
    string Name,
    double? Default = null,
    double Minimum = double.MinValue,
    double Maximum = double.MaxValue,
    bool IsFlag = false,
    bool IsInteger = false)
{
    /// <summary>A parameter that is true or false.</summary>
    public static MergeParameter Flag(string name, bool byDefault) => new(name, byDefault ? 1 : 0, 0, 1, IsFlag: true);

    /// <summary>Whether a value is allowed.</summary>
    public bool Allows(double value) => value >= Minimum && value <= Maximum && (!IsInteger || value == Math.Floor(value));

    /// <summary>The allowed values as text, for messages: <c>from 0 to 1</c>.</summary>
    public string Rule
    {
        get
        {
            if (IsFlag) return "true or false";
            var kind = IsInteger ? "a whole number" : "a number";
            return (Minimum, Maximum) switch
            {
                (double.MinValue, double.MaxValue) => kind,
                (_, double.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"{kind} of at least {Minimum}"),
                _ => string.Create(CultureInfo.InvariantCulture, $"{kind} from {Minimum} to {Maximum}"),
            };
        }
    }
}
