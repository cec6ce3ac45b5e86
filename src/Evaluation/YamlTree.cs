using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Attune.Evaluation;

/// <summary>Reads YAML that anybody may have written.</summary>
/// <remarks>
/// The library's tree alone lets a few bytes take the stack, by nesting, or any amount of time, by aliases of aliases. Here nesting has a bound, and an alias may stand for a single value only.
/// Thread-safe.
/// </remarks>
public static class YamlTree
{
    /// <summary>Deepest nesting.</summary>
    public const int MaxDepth = 32;

    /// <summary>Reads a text whose one document is a mapping.</summary>
    /// <returns>The mapping; null if the text holds something else, or several documents.</returns>
    /// <exception cref="YamlException">It is no YAML, or breaks a bound; its place is in the exception.</exception>
    public static YamlMappingNode? ReadMapping(TextReader text)
    {
        var stream = new YamlStream();
        // The library skips an unknown directive up to its line's end, and looks for that 2^31 times where text and buffer end instead.
        var parser = new BoundedParser(new Parser(new StringReader(text.ReadToEnd() + "\n")));
        try
        {
            stream.Load(parser);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException)
        {
            // Of the library where a text breaks its own assumptions.
            var place = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(place, place, "The text is not YAML", exception);
        }

        return stream.Documents is [{ RootNode: YamlMappingNode root }] ? root : null;
    }

    private sealed class BoundedParser(IParser parser) : IParser
    {
        private readonly HashSet<AnchorName> _collections = [];
        private int _depth;

        public ParsingEvent? Current => parser.Current;

        public bool MoveNext()
        {
            if (!parser.MoveNext()) return false;
            var current = parser.Current!;
            _depth += current.NestingIncrease;
            if (_depth > MaxDepth) throw new YamlException(current.Start, current.End, $"Nesting may be {MaxDepth} deep at most");
            if (current is MappingStart or SequenceStart && current is NodeEvent { Anchor.IsEmpty: false } node) _collections.Add(node.Anchor);
            if (current is AnchorAlias alias && _collections.Contains(alias.Value))
                throw new YamlException(current.Start, current.End, $"An alias may stand for a single value only. Given: '*{alias.Value}'");
            return true;
        }
    }
}
