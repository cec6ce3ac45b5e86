using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using System.Reflection;

namespace Attune.Cli;

/// <summary>Options that take a number, with a range that help states and errors repeat.</summary>
internal static class NumberOption
{
    /// <summary>An option that sets a property of an options class; default and range are the property's.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="helpName">Stands for the value in help.</param>
    /// <param name="property">Name of the property, which has a <see cref="RangeAttribute"/>.</param>
    /// <param name="description">Meaning; the range is added.</param>
    public static Option<T> For<TOptions, T>(string name, string helpName, string property, string description)
        where TOptions : new()
        where T : struct, INumber<T>
    {
        var info = typeof(TOptions).GetProperty(property)!;
        var option = Create<T>(name, helpName, info.GetCustomAttribute<RangeAttribute>()!, description);
        var initial = (T)info.GetValue(new TOptions())!;
        option.DefaultValueFactory = _ => initial;
        return option;
    }

    /// <summary>An option without default.</summary>
    /// <inheritdoc cref="For{TOptions, T}(string, string, string, string)"/>
    public static Option<T> Create<T>(string name, string helpName, RangeAttribute range, string description)
        where T : struct, INumber<T>
    {
        var rule = Rule(range);
        return new Option<T>(name)
        {
            HelpName = helpName,
            Description = $"{description} {char.ToUpperInvariant(rule[0])}{rule[1..]}.",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Contains(range, value)) return value;
                result.AddError($"{name} must be {rule}. Given: '{text}'.");
                return default;
            },
        };
    }

    private static string Rule(RangeAttribute range) => range switch
    {
        { MinimumIsExclusive: true } => string.Create(CultureInfo.InvariantCulture, $"above {range.Minimum} and at most {range.Maximum}"),
        { Maximum: int.MaxValue } => string.Create(CultureInfo.InvariantCulture, $"at least {range.Minimum}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"from {range.Minimum} to {range.Maximum}"),
    };

    /// <summary>Whether a number is in a range. <see cref="RangeAttribute"/> itself rounds first where its bounds are written as integers.</summary>
    private static bool Contains<T>(RangeAttribute range, T value)
        where T : struct, INumber<T>
    {
        var number = double.CreateChecked(value);
        var minimum = Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture);
        var maximum = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
        return number <= maximum && (range.MinimumIsExclusive ? number > minimum : number >= minimum);
    }
}
