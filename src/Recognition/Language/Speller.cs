using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Attune.Recognition.Models;

namespace Attune.Recognition.Language;

/// <summary>Writes words with the output symbols of a model.</summary>
/// <remarks>
/// The longest symbol that fits comes first. Letters that the model does not have are taken in the other case, so that "hello" is HELLO for a model
/// that writes capitals. Immutable and thread-safe.
/// </remarks>
public sealed class Speller
{
    private readonly Vocabulary _vocabulary;
    private readonly int _longest;

    public Speller(Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _longest = Enumerable.Range(0, vocabulary.Count).Where(IsText).Max(id => (int?)vocabulary.Token(id).Length) ?? 0;
    }

    /// <summary>The symbols of a word; false if it cannot be written with them, or is empty.</summary>
    public bool TrySpell(string word, [NotNullWhen(true)] out int[]? symbols)
    {
        var found = new List<int>();
        symbols = null;
        for (var at = 0; at < word.Length;)
        {
            if (!TryFind(word, at, out var id)) return false;
            found.Add(id);
            at += _vocabulary.Token(id).Length;
        }

        if (found.Count == 0) return false;
        symbols = [.. found];
        return true;
    }

    private bool TryFind(string word, int at, out int id)
    {
        for (var length = Math.Min(_longest, word.Length - at); length > 0; length--)
        {
            var piece = word.Substring(at, length);
            if (IsKnown(piece, out id) || IsKnown(piece.ToUpper(CultureInfo.InvariantCulture), out id) || IsKnown(piece.ToLower(CultureInfo.InvariantCulture), out id))
                return true;
        }

        id = -1;
        return false;
    }

    private bool IsKnown(string piece, out int id) => _vocabulary.TryGetId(piece, out id) && IsText(id);

    private bool IsText(int id) => id != _vocabulary.WordDelimiterId && !_vocabulary.IsSpecial(id);
}
