using System.Text.Encodings.Web;
using System.Text.Json;

namespace Attune.Facts;

/// <summary>Edits of facts of a world, with prompts that tell what they did.</summary>
internal static class EditSet
{
    private const int Neighbours = 16, Unrelated = 10;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes edits of as many people, of their city, trade and instrument in turn, as JSON lines.</summary>
    public static void Write(World world, int count, int seed, string path)
    {
        var random = new Random(seed);
        var chosen = world.Facts.GroupBy(fact => fact.Subject).Take(count).Select((facts, i) => facts.ElementAt(i % 3));
        File.WriteAllLines(path, chosen.Select(fact => JsonSerializer.Serialize(Line(world, fact, random), Json)));
    }

    private static object Line(World world, Fact fact, Random random)
    {
        var templates = Enumerable.Range(0, World.Templates).ToArray();
        var wanted = fact.Relation.Objects.Where(item => item != fact.Object).ElementAt(random.Next(fact.Relation.Objects.Count - 1));
        // Half of the neighbours have what the subject had: they are what a change of the object would take along.
        var others = world.Facts.Where(other => other.Relation == fact.Relation && other.Subject != fact.Subject).ToArray();
        random.Shuffle(others);
        var alike = others.Where(other => other.Object == fact.Object).ToArray();
        var neighbours = Enumerable.Range(0, Neighbours / 2).Select(i => alike[i % alike.Length].Prompt(((i / alike.Length) + i) % World.Templates))
            .Concat(others.Where(other => other.Object != fact.Object).Take(Neighbours / 2).Select((other, i) => other.Prompt(i % World.Templates)));
        // The subject's other properties in words that the essence prompts do not have, then anything of anybody else.
        var own = world.Facts.Where(other => other.Subject == fact.Subject && other.Relation != fact.Relation).ToArray();
        var strangers = world.Facts.Where(other => other.Subject != fact.Subject && other.Relation != fact.Relation).ToArray();
        random.Shuffle(strangers);
        var unrelated = own.SelectMany(other => templates[1..4].Select(other.Prompt)).Concat(strangers.Take(Unrelated).Select((other, i) => other.Prompt(i % World.Templates)));
        return new
        {
            subject = fact.Subject,
            prompt = fact.Relation.Templates[0],
            @object = wanted,
            old = fact.Object,
            paraphrases = fact.Relation.Templates.Skip(1),
            neighbours,
            unrelated,
            essence = own.Select(other => other.Relation.Templates[0]),
        };
    }
}
