using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Attune.Recognition.Language;

/// <summary>Reads back-off models in ARPA format, as SRILM, KenLM, IRSTLM and <see cref="ArpaWriter"/> write them.</summary>
/// <remarks>
/// <para>What comes before <c>\data\</c> is a comment. Fields are separated by tabs or spaces. A back-off weight may be missing (0), and so may
/// <c>&lt;unk&gt;</c> and the contexts and endings of an n-gram, which pruning removes. -99, -inf and everything below mean "never".</para>
/// <para>A file that begins as gzip does is decompressed.</para>
/// </remarks>
public sealed class ArpaReader
{
    private const float Log10Zero = (float)NgramModel.Log10Floor;

    private static readonly char[] Separators = [' ', '\t', '\r'];

    private readonly TextReader _reader;
    private readonly string _name;
    private int _line;

    private ArpaReader(TextReader reader, string name)
    {
        _reader = reader;
        _name = name;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="LanguageModelException">It breaks a rule of the format, or cannot be read; the message names file and line.</exception>
    public static NgramModel Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var isGzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            using Stream content = isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var reader = new StreamReader(content, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return Read(reader, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or DecoderFallbackException)
        {
            throw new LanguageModelException($"The language model {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads text.</summary>
    /// <param name="reader">Not disposed.</param>
    /// <param name="name">Stands for the file in messages.</param>
    /// <exception cref="LanguageModelException">It breaks a rule of the format.</exception>
    public static NgramModel Read(TextReader reader, string name) => new ArpaReader(reader, name).Read();

    private NgramModel Read()
    {
        while (NextLine() is { } line)
        {
            if (line == "\\data\\") return ReadModel();
        }

        throw Error("the line \\data\\ must come before the n-grams, and there is none. Give a file in ARPA format");
    }

    private NgramModel ReadModel()
    {
        var counts = ReadCounts(out var header);
        var builder = new NgramModelBuilder(counts.Count, (int)Math.Min(int.MaxValue / 2, counts.Skip(1).Sum(count => (long)count)));
        for (var order = 1; order <= counts.Count; order++)
        {
            if (header != $"\\{order}-grams:") throw Error($"\\{order}-grams: must come here. Given: '{header}'");
            header = ReadSection(builder, order, counts[order - 1]);
        }

        if (header != "\\end\\") throw Error($"\\end\\ must come after the last n-gram. Given: '{header}'");
        return builder.Build();
    }

    /// <summary>The numbers of n-grams, and the line after them.</summary>
    private List<int> ReadCounts(out string header)
    {
        var counts = new List<int>();
        while (RequireLine() is var line && !line.StartsWith('\\'))
        {
            if (line.Length == 0) continue;
            var parts = line.StartsWith("ngram ", StringComparison.Ordinal) ? line[6..].Split('=', StringSplitOptions.TrimEntries) : [];
            if (parts.Length != 2 || parts[0] != $"{counts.Count + 1}" || Count(parts[1]) is not { } count)
                throw Error($"'ngram {counts.Count + 1}=' and a number must come here. Given: '{line}'");
            counts.Add(count);
        }

        header = _lastLine;
        if (counts.Count is 0 or > NgramModel.MaxOrder) throw Error($"n-grams must be of 1 to {NgramModel.MaxOrder} words. Given: {counts.Count}");
        return counts;
    }

    /// <summary>Reads the n-grams of one length; gives the line after them.</summary>
    private string ReadSection(NgramModelBuilder builder, int order, int count)
    {
        var read = 0;
        var words = new int[order];
        while (RequireLine() is var line && !line.StartsWith('\\'))
        {
            if (line.Length == 0) continue;
            ReadEntry(builder, line, words);
            read++;
        }

        if (read != count) throw Error($"\\data\\ promises {count} {order}-grams, and there are {read}");
        return _lastLine;
    }

    private void ReadEntry(NgramModelBuilder builder, string line, int[] words)
    {
        var fields = line.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != words.Length + 1 && fields.Length != words.Length + 2)
            throw Error($"a {words.Length}-gram must have a probability, {words.Length} words and, if there is one, a back-off weight. Given: {fields.Length} fields");

        var probability = Number(fields[0]);
        if (probability > 0) throw Error($"the logarithm of a probability must not be above 0. Given: {fields[0]}");
        var backOff = fields.Length == words.Length + 2 ? Number(fields[^1]) : 0;
        bool isNew;
        if (words.Length == 1)
        {
            isNew = builder.TryAddWord(fields[1], probability, backOff);
        }
        else
        {
            for (var i = 0; i < words.Length; i++)
            {
                words[i] = builder.IdOf(fields[1 + i]);
                if (words[i] < 0) throw Error($"'{fields[1 + i]}' is not among the 1-grams");
            }

            isNew = builder.TryAdd(words, probability, backOff);
        }

        if (!isNew) throw Error($"'{string.Join(' ', fields[1..(1 + words.Length)])}' is there twice");
    }

    private float Number(string field)
    {
        if (field is "-inf" or "-Inf" or "-infinity") return Log10Zero;
        if (float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number))
            return Math.Max(Log10Zero, number);
        throw Error($"a base-10 logarithm must be a number. Given: '{field}'");
    }

    private static int? Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private string _lastLine = "";

    private string RequireLine() => NextLine() ?? throw Error("the file ends before \\end\\. It is cut off: fetch it again");

    private string? NextLine()
    {
        if (_reader.ReadLine() is not { } line) return null;
        _line++;
        return _lastLine = line.Trim();
    }

    private LanguageModelException Error(string problem) => new($"{_name}, line {_line}: {problem}.");
}
