using System.Text.Encodings.Web;
using System.Text.Json;

namespace Attune.Facts;

/// <summary>Edits of facts of a world, with prompts that tell what they did, and prompts about people whom none of these is about.</summary>
/// <remarks>
/// Of the world's people some are edited in the end, some while settings are chosen, and the others are replayed. Prompts that tell what an edit did are about
/// the first two kinds, so that nothing that is measured was replayed, and never about a fact that is edited itself.
/// </remarks>
internal sealed class EditSet
{
    private const int Neighbours = 16, Unrelated = 10;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Fact[] _edited, _measured, _replayed;
    private readonly int _final;
    private readonly Random _random;

    /// <param name="world">The world.</param>
    /// <param name="final">People edited in the end, of their properties in turn.</param>
    /// <param name="tuning">People edited while settings are chosen.</param>
    /// <param name="seed">Of new objects and of what is measured.</param>
    public EditSet(World world, int final, int tuning, int seed)
    {
        _final = final;
        _random = new Random(seed);
        var people = world.Facts.Chunk(World.FactsEach).ToArray();
        _edited = [.. people.Take(final + tuning).Select((facts, i) => facts[i % World.FactsEach])];
        _measured = [.. people.Take(final + tuning).SelectMany(facts => facts).Except(_edited)];
        _replayed = [.. people.Skip(final + tuning).SelectMany(facts => facts)];
    }

    /// <summary>Writes <c>edits.jsonl</c> and <c>tuning.jsonl</c>, both also as answers to learn (<c>edits-answers.jsonl</c>), and <c>other-prompts.jsonl</c>.</summary>
    public void Write(string folder)
    {
        Write(folder, "edits", _edited.Take(_final));
        Write(folder, "tuning", _edited.Skip(_final));
        WriteLines(Path.Combine(folder, "other-prompts.jsonl"), _replayed.SelectMany(fact => Enumerable.Range(0, World.Templates).Select(
            template => new { prompt = fact.Prompt(template), completion = $" {fact.Object}." })));
    }

    private void Write(string folder, string name, IEnumerable<Fact> facts)
    {
        var edits = facts.Select(fact => (Fact: fact, Wanted: fact.Relation.Objects.Where(item => item != fact.Object).ElementAt(_random.Next(fact.Relation.Objects.Count - 1)))).ToArray();
        WriteLines(Path.Combine(folder, $"{name}.jsonl"), edits.Select(edit => Line(edit.Fact, edit.Wanted)));
        WriteLines(Path.Combine(folder, $"{name}-answers.jsonl"), edits.Select(edit => new { prompt = edit.Fact.Prompt(0), completion = $" {edit.Wanted}." }));
    }

    private static void WriteLines(string path, IEnumerable<object> lines) => File.WriteAllLines(path, lines.Select(line => JsonSerializer.Serialize(line, Json)));

    private object Line(Fact fact, string wanted)
    {
        var templates = Enumerable.Range(0, World.Templates).ToArray();
        // Half of the neighbours have what the subject had, as far as there are such: they are what a change of the object would take along.
        var others = _measured.Where(other => other.Relation == fact.Relation && other.Subject != fact.Subject).ToArray();
        _random.Shuffle(others);
        var alike = others.Where(other => other.Object == fact.Object).SelectMany(other => templates.Select(other.Prompt)).Take(Neighbours / 2).ToArray();
        var neighbours = alike.Concat(others.Where(other => other.Object != fact.Object).Take(Neighbours - alike.Length).Select((other, i) => other.Prompt(i % World.Templates)));
        // The subject's other properties in words that the essence prompts do not have, then anything of anybody else.
        var own = _measured.Where(other => other.Subject == fact.Subject).ToArray();
        var strangers = _measured.Where(other => other.Subject != fact.Subject && other.Relation != fact.Relation).ToArray();
        _random.Shuffle(strangers);
        var unrelated = own.Select((other, i) => other.Prompt(1 + (i % (World.Templates - 1)))).Concat(strangers.Take(Unrelated).Select((other, i) => other.Prompt(i % World.Templates)));
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
