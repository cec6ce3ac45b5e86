using System.Text.Json;

namespace Attune.Recognition.Models;

/// <summary>Typed access to the fields of a JSON object that collects what is wrong instead of stopping at the first problem.</summary>
/// <param name="root">The object; a key that is absent gives the fallback, a null is a problem like any other wrong type.</param>
internal sealed class JsonFields(JsonElement root)
{
    /// <summary>Largest accepted size or count. Far above any model, and small enough that no product of sizes overflows.</summary>
    public const int MaximumExtent = 1 << 20;

    private readonly List<string> _problems = [];
    private readonly List<string> _unsupported = [];

    /// <summary>Notes a value that no model can have.</summary>
    public void Problem(string text) => _problems.Add(text);

    /// <summary>Notes a value that is legal, but not supported.</summary>
    public void Unsupported(string text) => _unsupported.Add(text);

    /// <summary>An integer from <paramref name="minimum"/> to <see cref="MaximumExtent"/>.</summary>
    public int Integer(string key, int fallback, int minimum = 1)
    {
        if (!root.TryGetProperty(key, out var element)) return fallback;
        if (ReadInteger(element, minimum) is { } value) return value;
        Problem($"{key} must be an integer from {minimum} to {MaximumExtent}. Given: {element.GetRawText()}");
        return fallback;
    }

    /// <summary>A list of positive integers.</summary>
    public IReadOnlyList<int> Integers(string key, IReadOnlyList<int> fallback)
    {
        if (!root.TryGetProperty(key, out var element)) return fallback;
        if (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0)
        {
            var values = element.EnumerateArray().Select(item => ReadInteger(item, minimum: 1)).ToArray();
            if (values.All(value => value is not null)) return [.. values.Select(value => value!.Value)];
        }

        Problem($"{key} must be a list of integers from 1 to {MaximumExtent}. Given: {element.GetRawText()}");
        return fallback;
    }

    /// <summary>A positive finite number.</summary>
    public double Positive(string key, double fallback)
    {
        if (!root.TryGetProperty(key, out var element)) return fallback;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && value > 0 && double.IsFinite(value))
            return value;
        Problem($"{key} must be a positive number. Given: {element.GetRawText()}");
        return fallback;
    }

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool fallback)
    {
        if (!root.TryGetProperty(key, out var element)) return fallback;
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False) return element.GetBoolean();
        Problem($"{key} must be true or false. Given: {element.GetRawText()}");
        return fallback;
    }

    /// <summary>One of a few words, each standing for a value; another word counts as unsupported.</summary>
    public T Choice<T>(string key, T fallback, IReadOnlyDictionary<string, T> choices)
    {
        if (!root.TryGetProperty(key, out var element)) return fallback;
        if (element.ValueKind == JsonValueKind.String && choices.TryGetValue(element.GetString()!, out var value)) return value;
        Unsupported($"{key} must be one of {string.Join(", ", choices.Keys)}. Given: {element.GetRawText()}");
        return fallback;
    }

    /// <summary>Whether the key is there with something else than null.</summary>
    public bool Has(string key) => root.TryGetProperty(key, out var element) && element.ValueKind != JsonValueKind.Null;

    /// <summary>Throws if anything was noted; the message lists all of it.</summary>
    /// <param name="path">The file, for the message.</param>
    /// <param name="invalid">The cause if a value was impossible; otherwise it is UnsupportedFeature.</param>
    /// <exception cref="ModelException">Something was noted.</exception>
    public void ThrowIfAny(string path, ModelError invalid)
    {
        if (_problems.Count + _unsupported.Count == 0) return;
        var error = _problems.Count > 0 ? invalid : ModelError.UnsupportedFeature;
        var advice = _problems.Count > 0 ? "Correct the file or fetch it again." : "Choose a model without these options.";
        throw new ModelException(error, $"{path} cannot be used: {string.Join("; ", _problems.Concat(_unsupported))}. {advice}");
    }

    private static int? ReadInteger(JsonElement element, int minimum) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) && value >= minimum && value <= MaximumExtent
            ? value
            : null;
}
