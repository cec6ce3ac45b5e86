namespace Attune.Recognition.Tests.Language;

/// <summary>Models as other tools write them.</summary>
internal static class ArpaFiles
{
    /// <summary>In the manner of SRILM: spaces and tabs, no unknown word, -99, back-off weights that are left out, a comment in front.</summary>
    public const string Srilm = """
        Made by a tool that puts a comment here.

        \data\
        ngram 1=5
        ngram 2=4
        ngram 3=2

        \1-grams:
        -0.8	</s>
        -99	<s>	-0.3
        -0.7	A	-0.2
        -0.5	B	-0.4
        -1.1	C

        \2-grams:
        -0.4	<s> A	-0.1
        -0.3	A B	-0.25
        -0.6	B </s>
        -0.2	B A

        \3-grams:
        -0.15	<s> A B
        -0.05	A B A

        \end\
        """;

    /// <summary>In the manner of KenLM: tabs, the unknown word first, weights everywhere but at the longest.</summary>
    public const string Letters = """
        \data\
        ngram 1=6
        ngram 2=5

        \1-grams:
        -1.2	<unk>	0
        0	<s>	-0.30103
        -0.9	</s>	0
        -0.6	A	-0.2
        -0.8	B	-0.35
        -1.0	AB	-0.15

        \2-grams:
        -0.25	<s> A
        -0.7	A B
        -0.35	B A
        -0.45	AB </s>
        -0.5	A A

        \end\
        """;
}
