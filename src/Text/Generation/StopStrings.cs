using System.Text;

namespace Attune.Text.Generation;

/// <summary>Lets text through as far as no stop string can begin in it.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="stops">None empty.</param>
internal sealed class StopStrings(IReadOnlyList<string> stops)
{
    private readonly StringBuilder _held = new();

    /// <summary>Whether a stop string has come. Nothing is let through afterwards.</summary>
    public bool Reached { get; private set; }

    /// <summary>Adds text.</summary>
    /// <returns>What may be shown, without the stop string and what follows it.</returns>
    public string Add(string text)
    {
        if (Reached) return "";
        _held.Append(text);
        var held = _held.ToString();
        var stop = stops.Select(stop => held.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
        Reached = stop >= 0;
        return Release(held, Reached ? stop : held.Length - LongestBeginning(held));
    }

    /// <summary>What was held back, when nothing follows.</summary>
    public string End() => Reached ? "" : Release(_held.ToString(), _held.Length);

    private string Release(string held, int count)
    {
        _held.Clear().Append(held, count, held.Length - count);
        return held[..count];
    }

    /// <summary>Characters at the end with which a stop string could begin.</summary>
    private int LongestBeginning(string held)
    {
        for (var length = Math.Min(held.Length, stops.Select(stop => stop.Length - 1).DefaultIfEmpty(0).Max()); length > 0; length--)
        {
            if (stops.Any(stop => stop.AsSpan().StartsWith(held.AsSpan(held.Length - length)))) return length;
        }

        return 0;
    }
}
