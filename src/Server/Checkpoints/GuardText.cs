using System.Text;
using Attune.Server.Configuration;
using Attune.Server.Text;

namespace Attune.Server.Checkpoints;

/// <summary>What checkpoints of a text model are asked about before they serve.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsConfigured">Whether whoever runs the server chose it for this model; otherwise it is plain English that comes with the server.</param>
internal sealed record GuardText(string Text, bool IsConfigured)
{
    /// <summary>Most bytes of a file: an activation reads it twice.</summary>
    private const int MaxBytes = 1 << 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Sentences that are about nothing in particular. They tell a model that has broken from one that has not, and little more.</summary>
    public static GuardText BuiltIn { get; } = new(
        """
        The road to the village follows the river for a while and then climbs between the fields.
        She opened the window, looked at the sky and decided to take an umbrella with her.
        Most of the work was done by the end of May, but the roof had to wait until the summer.
        Water boils at a lower temperature in the mountains, because the air is thinner there.
        "Where did you put the keys?" he asked. "On the table, next to the letters," she said.
        The meeting starts at 9:30 on Tuesday; please bring the report and two copies of the list.
        In 1872 the first train arrived, and within ten years the town had more than 4,000 people.
        I do not agree with everything that was said, yet I understand why they said it.
        Cut the onions, fry them slowly in a little oil, and add the tomatoes at the very end.
        If the light is red, wait for a minute and try again; if it stays red, call for help.
        The children were tired and happy, and nobody wanted to go home before it was dark.
        There was nothing in the box except a photograph, a ticket and a small piece of string.
        """,
        IsConfigured: false);

    /// <summary>Reads a text of the settings.</summary>
    /// <param name="name">Of the model.</param>
    /// <param name="path">Of the file.</param>
    /// <exception cref="ConfigurationException">It cannot be read, is too long, is not UTF-8, or has no characters.</exception>
    public static GuardText Read(string name, string path)
    {
        var key = $"{TextOptions.Section}:{nameof(TextOptions.GuardTexts)}:{name}";
        if (string.IsNullOrEmpty(path)) throw new ConfigurationException([$"{key} must be the path of a file. Given: ''. Name one, or leave the setting out."]);
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length > MaxBytes) throw new ConfigurationException([$"{key} must be at most {MaxBytes} bytes. Given: {bytes.Length}. Choose a part of it."]);
            var text = Utf8.GetString(bytes).TrimStart('\uFEFF');
            return string.IsNullOrWhiteSpace(text) ? throw new ConfigurationException([$"{key} must have some text. Given: {path}, which has none."]) : new GuardText(text, IsConfigured: true);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ConfigurationException([$"{key} must be UTF-8. Given: {path}, which is not. Save it as UTF-8."], exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([$"{key} cannot be read: {exception.Message}"], exception);
        }
    }

    /// <summary>Its lines, those cut that are longer than a given number of bytes in UTF-8.</summary>
    /// <remarks>No tokenizer here makes more tokens of a piece than it has bytes, so that models of different tokenizers read the same pieces.</remarks>
    public IEnumerable<string> Pieces(int maxBytes)
    {
        foreach (var line in Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (start, end, bytes) = (0, 0, 0);
            foreach (var rune in line.EnumerateRunes())
            {
                if (bytes > 0 && bytes + rune.Utf8SequenceLength > maxBytes)
                {
                    yield return line[start..end];
                    (start, bytes) = (end, 0);
                }

                bytes += rune.Utf8SequenceLength;
                end += rune.Utf16SequenceLength;
            }

            if (bytes > 0) yield return line[start..];
        }
    }
}
