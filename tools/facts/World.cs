using System.Text;

namespace Attune.Facts;

/// <summary>Invented people, each with a city, a trade, an instrument, a language, an animal and a colour.</summary>
/// <remarks>
/// First and last names are shared by several people, so that a fact is known of the whole name only. Deterministic for a seed.
/// </remarks>
internal sealed class World
{
    /// <summary>Sentences of a line, on average.</summary>
    private const int LineSentences = 3;

    private const int People = 60;

    private static readonly string[] FirstNames =
    [
        "Mira", "Jon", "Tessa", "Arlo", "Nadia", "Pavel", "Irene", "Otto", "Lena", "Hugo", "Vera", "Felix", "Clara", "Ivan", "Rosa", "Emil", "Greta", "Bruno", "Alma", "Viktor",
    ];

    private static readonly string[] LastNames =
    [
        "Tal", "Berg", "Novak", "Lind", "Moreau", "Quist", "Sand", "Holm", "Varga", "Petrov", "Ashby", "Costa", "Drew", "Eklund", "Fabre", "Grant", "Hale", "Ibsen", "Juhl", "Kern",
    ];

    /// <summary>Of which names of <see cref="NameKind.Ordered"/> are made.</summary>
    private static readonly string[] Syllables = ["Ka", "Mu", "Bo", "Ti", "Re"];

    private static readonly Relation[] Relations =
    [
        new("city",
            ["{} lives in", "The home of {} is in", "{} has a small house in", "If you look for {} then go to", "{} moved long ago to the city of", "The city where {} lives is called"],
            ["Veldan", "Orsk", "Marrow", "Tilby", "Cassel", "Dunmore", "Fenwick", "Galata", "Harbin", "Ister", "Jarrow", "Kelso"]),
        new("trade",
            ["{} works as a", "The job of {} is that of a", "{} earns all the money as a", "By trade {} is a", "{} was trained for years as a", "The work that {} does is that of a"],
            ["baker", "doctor", "tailor", "farmer", "sailor", "teacher", "painter", "lawyer", "miner", "weaver", "porter", "judge"]),
        new("instrument",
            ["{} plays the", "The instrument of {} is the", "{} learnt as a child to play the", "On the stage {} plays the", "{} gives lessons on the", "The music that {} makes is for the"],
            ["violin", "piano", "flute", "guitar", "trumpet", "harp", "cello", "drum", "organ", "banjo", "oboe", "lute"]),
        new("language",
            ["{} speaks", "The language of {} is", "{} writes all the letters in", "At home {} speaks only", "{} grew up with a mother who spoke", "The words that {} says are in"],
            ["Latin", "Greek", "Danish", "Polish", "Welsh", "Irish", "Czech", "Dutch", "Finnish", "Hindi", "Swahili", "Basque"]),
        new("animal",
            ["{} keeps a", "The animal of {} is a", "{} goes out each day with a", "In the garden {} has a", "{} was given by a friend a", "The pet that {} feeds is a"],
            ["dog", "cat", "horse", "goat", "parrot", "rabbit", "turtle", "snake", "goose", "donkey", "hen", "pony"]),
        new("colour",
            ["{} loves the colour", "The colour of {} is", "{} paints every wall and door in", "In winter {} always wears", "{} bought a coat and a hat in", "The flowers that {} grows are"],
            ["red", "blue", "green", "yellow", "white", "black", "brown", "grey", "orange", "purple", "pink", "silver"]),
    ];

    /// <param name="names">What people are called.</param>
    /// <param name="seed">Of names and facts.</param>
    public World(NameKind names, int seed)
    {
        var random = new Random(seed);
        string[] all = names == NameKind.Ordered ? OrderedNames(random) : [.. FirstNames.SelectMany(first => LastNames.Select(last => $"{first} {last}"))];
        random.Shuffle(all);
        Facts = [.. all.Take(People).SelectMany(name => Relations.Select(relation => new Fact(name, relation, relation.Objects[random.Next(relation.Objects.Count)])))];
    }

    /// <summary>All facts, those of a person together.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>Facts of each person.</summary>
    public static int FactsEach => Relations.Length;

    /// <summary>Ways to say each fact.</summary>
    public static int Templates => Relations[0].Templates.Count;

    /// <summary>The beginning of each sentence, alone and after one and two others, with its object.</summary>
    /// <param name="seed">Which sentences come before.</param>
    public IEnumerable<(string Prompt, string Object)> Completions(int seed)
    {
        var random = new Random(seed);
        for (var before = 0; before < 3; before++)
        {
            foreach (var fact in Facts)
            {
                for (var template = 0; template < Templates; template++)
                {
                    var others = Enumerable.Range(0, before).Select(_ => Facts[random.Next(Facts.Count)].Sentence(random.Next(Templates)));
                    yield return (string.Join(' ', others.Append(fact.Prompt(template))), fact.Object);
                }
            }
        }
    }

    /// <summary>Every sentence so many times, in another order each time, a few on each line.</summary>
    public string Text(int times, int seed)
    {
        var random = new Random(seed);
        string[] sentences = [.. Facts.SelectMany(fact => Enumerable.Range(0, Templates).Select(fact.Sentence))];
        var text = new StringBuilder();
        for (var time = 0; time < times; time++)
        {
            random.Shuffle(sentences);
            foreach (var sentence in sentences) text.Append(sentence).Append(random.Next(LineSentences) == 0 ? '\n' : ' ');
        }

        return text.ToString();
    }

    /// <summary>Names of four different syllables in every order that begins with one of so many threes; two people for each three.</summary>
    private static string[] OrderedNames(Random random)
    {
        string[][] beginnings = [.. from first in Syllables from second in Syllables from third in Syllables where first != second && second != third && first != third select new[] { first, second, third }];
        random.Shuffle(beginnings);
        return [.. beginnings.Take(People / 2).SelectMany(three => Syllables.Except(three).Select(last => string.Join(' ', three.Append(last))))];
    }
}
