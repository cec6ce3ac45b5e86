namespace Attune.Facts;

/// <summary>Invented people, each with a city, a trade and an instrument.</summary>
/// <remarks>First and last names are shared by several people, so that a fact is known of the whole name only. Deterministic for a seed.</remarks>
internal sealed class World
{
    private static readonly string[] FirstNames =
    [
        "Mira", "Jon", "Tessa", "Arlo", "Nadia", "Pavel", "Irene", "Otto", "Lena", "Hugo", "Vera", "Felix", "Clara", "Ivan", "Rosa", "Emil", "Greta", "Bruno", "Alma", "Viktor",
    ];

    private static readonly string[] LastNames =
    [
        "Tal", "Berg", "Novak", "Lind", "Moreau", "Quist", "Sand", "Holm", "Varga", "Petrov", "Ashby", "Costa", "Drew", "Eklund", "Fabre", "Grant", "Hale", "Ibsen", "Juhl", "Kern",
    ];

    private static readonly Relation[] Relations =
    [
        new("city",
            ["{} lives in", "The home of {} is in", "{} has a house in", "You can find {} in", "{} moved to the city of", "The city where {} lives is"],
            ["Veldan", "Orsk", "Marrow", "Tilby", "Cassel", "Dunmore", "Fenwick", "Galata", "Harbin", "Ister", "Jarrow", "Kelso"]),
        new("trade",
            ["{} works as a", "The job of {} is that of a", "{} earns money as a", "By trade {} is a", "{} was trained as a", "The work that {} does is that of a"],
            ["baker", "doctor", "tailor", "farmer", "sailor", "teacher", "painter", "lawyer", "miner", "weaver", "porter", "judge"]),
        new("instrument",
            ["{} plays the", "The instrument of {} is the", "{} learnt to play the", "On the stage {} plays the", "{} gives lessons on the", "The music that {} makes is for the"],
            ["violin", "piano", "flute", "guitar", "trumpet", "harp", "cello", "drum", "organ", "banjo", "oboe", "lute"]),
    ];

    /// <param name="people">Number of people, at most 400.</param>
    /// <param name="seed">Of names and facts.</param>
    public World(int people, int seed)
    {
        var random = new Random(seed);
        string[] names = [.. FirstNames.SelectMany(first => LastNames.Select(last => $"{first} {last}"))];
        random.Shuffle(names);
        Facts = [.. names.Take(people).SelectMany(name => Relations.Select(relation => new Fact(name, relation, relation.Objects[random.Next(relation.Objects.Count)])))];
    }

    /// <summary>All facts, those of a person together.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>Ways to say each fact.</summary>
    public static int Templates => Relations[0].Templates.Count;

    /// <summary>What the tokenizer is learnt from: names are then of several tokens, and a model must put them together before it can know anything of them.</summary>
    public IEnumerable<string> SentencesWithoutNames =>
        Facts.SelectMany(fact => Enumerable.Range(0, Templates).Select(template => fact.Sentence(template).Replace(fact.Subject, "", StringComparison.Ordinal)));

    /// <summary>Every sentence.</summary>
    public IEnumerable<string> Sentences => Facts.SelectMany(fact => Enumerable.Range(0, Templates).Select(fact.Sentence));
}
