using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests;

/// <summary>A language model of a few digits, as a file of another tool would have it.</summary>
internal static class TestLanguage
{
    private const string Digits = """
        \data\
        ngram 1=6
        ngram 2=3

        \1-grams:
        -2	<unk>	0
        0	<s>	-0.3
        -0.6	</s>	0
        -0.5	ONE	-0.2
        -0.6	TWO	-0.2
        -0.9	THREE	-0.1

        \2-grams:
        -0.3	<s> ONE
        -0.2	ONE TWO
        -0.4	TWO </s>

        \end\
        """;

    /// <summary>Decoders of a model that has letters.</summary>
    public static BeamDecoders Of(Model model) => new(model, new DecodingOptions(), ArpaReader.Read(new StringReader(Digits), "digits.arpa"));
}
