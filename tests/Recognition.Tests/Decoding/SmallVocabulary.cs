using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Decoding;

/// <summary>A vocabulary that is small enough for every alignment to be listed.</summary>
internal static class SmallVocabulary
{
    public const int Blank = 0, Unknown = 1, Delimiter = 2, A = 3, B = 4;

    /// <summary>Blank, unknown, delimiter, A and B.</summary>
    public static Vocabulary Create() => new(
        new Dictionary<string, int> { ["<pad>"] = Blank, ["<unk>"] = Unknown, ["|"] = Delimiter, ["A"] = A, ["B"] = B },
        Blank,
        "|",
        new HashSet<string> { "<pad>", "<unk>" });

    /// <summary>Logits around 0; the wider, the surer.</summary>
    public static Logits RandomLogits(Random random, int frames, double width = 3)
    {
        var values = new float[frames * 5];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(width * ((2 * random.NextDouble()) - 1));
        return new Logits(values, 5);
    }

    /// <summary>The text of an alignment: repetitions merged, blanks dropped, words joined by one space.</summary>
    public static string TextOf(IReadOnlyList<int> alignment)
    {
        var text = "";
        for (var i = 0; i < alignment.Count; i++)
        {
            if (i > 0 && alignment[i] == alignment[i - 1]) continue;
            text += alignment[i] switch
            {
                Delimiter => " ",
                A => "A",
                B => "B",
                _ => "",
            };
        }

        return string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Every sequence of symbols of a length.</summary>
    public static IEnumerable<int[]> Alignments(int frames)
    {
        for (var number = 0; number < Math.Pow(5, frames); number++)
        {
            var alignment = new int[frames];
            for (var (frame, rest) = (0, number); frame < frames; frame++, rest /= 5) alignment[frame] = rest % 5;
            yield return alignment;
        }
    }
}
