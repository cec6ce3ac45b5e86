using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>Turns transcripts into symbols of a vocabulary.</summary>
/// <remarks>
/// Where a vocabulary has letters of one case only, transcripts are brought to that case (invariant culture). White space separates
/// words; between words stands the word delimiter if there is one. Immutable and thread-safe.
/// </remarks>
public sealed class TranscriptEncoder
{
    private readonly Vocabulary _vocabulary;
    private readonly Func<string, string> _toCase;

    public TranscriptEncoder(Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        var letters = Enumerable.Range(0, vocabulary.Count).Where(id => !vocabulary.IsSpecial(id)).SelectMany(vocabulary.Token).ToArray();
        var (upper, lower) = (letters.Any(char.IsUpper), letters.Any(char.IsLower));
        _toCase = (upper, lower) switch
        {
            (true, false) => text => text.ToUpperInvariant(),
            (false, true) => text => text.ToLowerInvariant(),
            _ => text => text,
        };
    }

    /// <summary>The transcript in the vocabulary's case, words joined by one space.</summary>
    public string Normalize(string text) =>
        string.Join(' ', _toCase(text).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The symbols of a normalised transcript.</summary>
    /// <param name="text">As <see cref="Normalize"/> gives it.</param>
    /// <param name="unknown">Characters that the vocabulary lacks, each once; empty if the result can be used.</param>
    public int[] Encode(string text, out string unknown)
    {
        var labels = new List<int>();
        var missing = new List<string>();
        foreach (var rune in text.EnumerateRunes())
        {
            var character = rune.ToString();
            if (character == " ")
            {
                if (_vocabulary.WordDelimiterId is { } delimiter) labels.Add(delimiter);
            }
            else if (_vocabulary.TryGetId(character, out var id) && !_vocabulary.IsSpecial(id) && id != _vocabulary.WordDelimiterId)
            {
                labels.Add(id);
            }
            else if (!missing.Contains(character))
            {
                missing.Add(character);
            }
        }

        unknown = string.Concat(missing);
        return [.. labels];
    }

    /// <summary>Fewest frames that CTC can write the labels in: one for each, and a blank between equal neighbours.</summary>
    public static int MinimumFrames(ReadOnlySpan<int> labels)
    {
        var frames = labels.Length;
        for (var i = 1; i < labels.Length; i++)
        {
            if (labels[i] == labels[i - 1]) frames++;
        }

        return frames;
    }
}
