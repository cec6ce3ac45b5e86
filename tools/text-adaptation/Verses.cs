using System.Text.RegularExpressions;

namespace Attune.TextAdaptation;

/// <summary>Verses with the books that they are from, of <c>tools/text/kjv.sh OUT --places</c>.</summary>
internal sealed partial class Verses
{
    private Verses(IReadOnlyList<string> books, IReadOnlyList<(string Text, int Book)> training, IReadOnlyList<(string Text, int Book)> heldBack) =>
        (Books, Training, HeldBack) = (books, training, heldBack);

    /// <summary>Names, by number.</summary>
    public IReadOnlyList<string> Books { get; }

    /// <summary>To train on.</summary>
    public IReadOnlyList<(string Text, int Book)> Training { get; }

    /// <summary>In an order of chance.</summary>
    public IReadOnlyList<(string Text, int Book)> HeldBack { get; }

    /// <summary>Reads them. Of each label the same number is taken, a third of which is held back.</summary>
    /// <param name="path">A verse a line, with its place in front, such as <c>Ge1:1</c>.</param>
    /// <param name="books">Names as they stand there, those of one label joined by <c>+</c>.</param>
    /// <param name="perBook">Verses of each.</param>
    /// <param name="seed">Of choice and order.</param>
    public static Verses Read(string path, IReadOnlyList<string> books, int perBook, int seed)
    {
        var byBook = File.ReadLines(path).Select(line => Place().Match(line)).Where(match => match.Success)
            .ToLookup(match => match.Groups["book"].Value, match => match.Groups["text"].Value);
        var (training, held, random) = (new List<(string, int)>(), new List<(string, int)>(), new Random(seed));
        for (var book = 0; book < books.Count; book++)
        {
            string[] verses = [.. books[book].Split('+').SelectMany(name => byBook[name])];
            if (verses.Length < perBook) throw new ArgumentException($"{books[book]} must have {perBook} verses. Given: {verses.Length}.");
            random.Shuffle(verses);
            training.AddRange(verses.Take(2 * perBook / 3).Select(verse => (verse, book)));
            held.AddRange(verses.Take(perBook).Skip(2 * perBook / 3).Select(verse => (verse, book)));
        }

        var shuffled = held.ToArray();
        random.Shuffle(shuffled);
        return new Verses(books, training, shuffled);
    }

    [GeneratedRegex(@"^(?<book>\d?[A-Za-z]+)\d+:\d+ (?<text>.+)$")]
    private static partial Regex Place();
}
