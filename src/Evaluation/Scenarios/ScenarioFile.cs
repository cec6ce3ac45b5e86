using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Attune.Evaluation.Scenarios;

/// <summary>Reads a scenario from YAML.</summary>
/// <remarks>
/// <para>A mapping with these keys; others are errors:</para>
/// <list type="table">
/// <item><term><c>name</c></term><description>names it in results; the file's name by default</description></item>
/// <item><term><c>description</c></term><description>a sentence for people</description></item>
/// <item><term><c>conditions</c></term><description>a list of <c>clean</c>, <c>white@SNR</c>, <c>FILE@SNR</c> (relative to the working
/// directory), and <c>noises</c>, which stands for all noises of the command line; by default that alone</description></item>
/// <item><term><c>order</c></term><description><c>each</c>, <c>sequence</c>, <c>cycle</c> or <c>random</c> (<see cref="ScenarioOrder"/>);
/// required</description></item>
/// <item><term><c>segments</c></term><description>utterances before the condition may change: a number, or a mapping with <c>from</c> and
/// <c>to</c>; 100 by default</description></item>
/// <item><term><c>utterances</c></term><description>length of the stream (<see cref="Scenario.Utterances"/>)</description></item>
/// <item><term><c>speech</c></term><description><c>manifest</c>, the default, or <c>shuffled</c> (<see cref="SpeechOrder"/>)</description></item>
/// </list>
/// </remarks>
public static class ScenarioFile
{
    private const string Keys = "name, description, conditions, order, segments, utterances, speech";

    /// <summary>Reads a file.</summary>
    /// <exception cref="ScenarioException">It is no YAML, or breaks a rule.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Scenario Read(string path)
    {
        using var reader = new StreamReader(path);
        return Read(reader, path, Path.GetFileNameWithoutExtension(path));
    }

    /// <summary>Reads from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">Names it in messages.</param>
    /// <param name="defaultName">The scenario's name where the text has none.</param>
    /// <exception cref="ScenarioException">It is no YAML, or breaks a rule.</exception>
    public static Scenario Read(TextReader yaml, string source, string defaultName)
    {
        try
        {
            return YamlTree.ReadMapping(yaml) is { } root ? new Reader(source).Read(root, defaultName) : throw new ScenarioException($"{source}: a scenario must be one YAML mapping.");
        }
        catch (YamlException exception)
        {
            throw new ScenarioException($"{source}, line {exception.Start.Line}: {exception.Message}", exception);
        }
    }

    private sealed class Reader(string source)
    {
        public Scenario Read(YamlMappingNode root, string defaultName)
        {
            var scenario = new Scenario { Name = defaultName, Order = (ScenarioOrder)(-1) };
            foreach (var (keyNode, value) in root.Children)
            {
                scenario = Text(keyNode, "A key") switch
                {
                    "name" => scenario with { Name = Text(value, "name") },
                    "description" => scenario with { Description = Text(value, "description") },
                    "conditions" => scenario with { Conditions = Conditions(value) },
                    "order" => scenario with { Order = Choice<ScenarioOrder>(value, "order") },
                    "segments" => scenario with { Segments = Segments(value) },
                    "utterances" => scenario with { Utterances = Count(value, "utterances") },
                    "speech" => scenario with { Speech = Choice<SpeechOrder>(value, "speech") },
                    var key => throw Problem(keyNode, $"there is no key '{key}'. Keys: {Keys}."),
                };
            }

            return Enum.IsDefined(scenario.Order) ? scenario : throw Problem(root, $"'order' is missing. One of {Names<ScenarioOrder>()}.");
        }

        private string[] Conditions(YamlNode node) => node is YamlSequenceNode { Children.Count: > 0 } list
            ? [.. list.Children.Select(child => Text(child, "A condition"))]
            : throw Problem(node, "conditions must be a list with at least one condition.");

        private SegmentLength Segments(YamlNode node)
        {
            if (node is not YamlMappingNode bounds) return new(Count(node, "segments"), Count(node, "segments"));
            int? from = null, to = null;
            foreach (var (keyNode, value) in bounds.Children)
            {
                var key = Text(keyNode, "A key");
                if (key == "from") from = Count(value, "from");
                else if (key == "to") to = Count(value, "to");
                else throw Problem(keyNode, $"segments has no key '{key}'. Keys: from, to.");
            }

            if (from is not { } shortest || to is not { } longest) throw Problem(node, "segments needs both 'from' and 'to', or is a number.");
            return shortest <= longest
                ? new(shortest, longest)
                : throw Problem(node, $"'from' must be at most 'to'. Given: {shortest} and {longest}.");
        }

        private int Count(YamlNode node, string key)
        {
            var text = Text(node, key);
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= Scenario.MaxUtterances
                ? count
                : throw Problem(node, $"{key} must be a whole number from 1 to {Scenario.MaxUtterances}. Given: '{text}'.");
        }

        private T Choice<T>(YamlNode node, string key)
            where T : struct, Enum
        {
            var text = Text(node, key);
            foreach (var value in Enum.GetValues<T>())
            {
                if (Name(value) == text) return value;
            }

            throw Problem(node, $"{key} must be one of {Names<T>()}. Given: '{text}'.");
        }

        private string Text(YamlNode node, string what) => node is YamlScalarNode { Value: { Length: > 0 } text }
            ? text
            : throw Problem(node, $"{what} must be text.");

        private ScenarioException Problem(YamlNode node, string rule) => new($"{source}, line {node.Start.Line}: {rule}");
    }

    private static string Names<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(Name));

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
