using System.IO.Compression;
using System.Text;
using Attune.Recognition.Language;

namespace Attune.Recognition.Tests.Language;

public sealed class ArpaReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attune-arpa-").FullName;

    [Fact]
    public void Read_FilesOfOtherTools_HasTheirNgrams()
    {
        var srilm = Read(ArpaFiles.Srilm);
        var kenlm = Read(ArpaFiles.Letters);

        Assert.Equal([5, 4, 2], srilm.Counts);
        Assert.Null(srilm.UnknownId);
        Assert.Equal([6, 5], kenlm.Counts);
        Assert.Equal(0, kenlm.UnknownId);
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        foreach (var text in new[] { ArpaFiles.Srilm, ArpaFiles.Letters })
        {
            var model = Read(text);
            var written = new StringWriter();
            ArpaWriter.Write(model, written);
            var again = Read(written.ToString());

            Assert.Equal(model.Counts, again.Counts);
            Assert.Equal(model.Words, again.Words);
            Assert.Equal(Lines(model), Lines(again));
        }
    }

    [Fact]
    public void Read_Gzip_IsDecompressed()
    {
        var path = Path.Combine(_folder, "model.arpa.gz");
        using (var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest)) stream.Write(Encoding.UTF8.GetBytes(ArpaFiles.Srilm));

        Assert.Equal([5, 4, 2], ArpaReader.Read(path).Counts);
    }

    [Theory]
    [InlineData("nothing here", "line 1: the line \\data\\ must come")]
    [InlineData("\\data\\\nngram 2=1\n", "line 2: 'ngram 1='")]
    [InlineData("\\data\\\n\\1-grams:\n", "line 2: n-grams must be of 1 to 10 words")]
    [InlineData("\\data\\\nngram 1=1\n\n\\2-grams:\n", "line 4: \\1-grams: must come here")]
    [InlineData("\\data\\\nngram 1=2\n\\1-grams:\n-1 A\n\\end\\\n", "line 5: \\data\\ promises 2 1-grams, and there are 1")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n-1 A\n", "line 4: the file ends before \\end\\")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\nA -1\n\\end\\\n", "line 4: a base-10 logarithm must be a number. Given: 'A'")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\nNaN A\n\\end\\\n", "line 4: a base-10 logarithm must be a number")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n0.5 A\n\\end\\\n", "line 4: the logarithm of a probability must not be above 0. Given: 0.5")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n-1 A B C\n\\end\\\n", "line 4: a 1-gram must have")]
    [InlineData("\\data\\\nngram 1=2\n\\1-grams:\n-1 A\n-1 A\n\\end\\\n", "line 5: 'A' is there twice")]
    [InlineData("\\data\\\nngram 1=1\nngram 2=1\n\\1-grams:\n-1 A\n\\2-grams:\n-1 A B\n\\end\\\n", "line 7: 'B' is not among the 1-grams")]
    public void Read_RuleBroken_NamesLineAndRule(string text, string expected)
    {
        var exception = Assert.Throws<LanguageModelException>(() => Read(text));

        Assert.StartsWith("model.arpa, ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFile_SaysSo() =>
        Assert.Contains("cannot be read", Assert.Throws<LanguageModelException>(() => ArpaReader.Read(Path.Combine(_folder, "none.arpa"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_InvalidUtf8_SaysSo()
    {
        var path = Path.Combine(_folder, "latin.arpa");
        File.WriteAllBytes(path, [.. "\\data\\\nngram 1=1\n\\1-grams:\n-1 "u8, 0xe9, .. "\n\\end\\\n"u8]);

        Assert.Contains("cannot be read", Assert.Throws<LanguageModelException>(() => ArpaReader.Read(path)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static NgramModel Read(string text) => ArpaReader.Read(new StringReader(text), "model.arpa");

    private static IEnumerable<string> Lines(NgramModel model) =>
        model.Entries().Select(entry => $"{entry.Log10Probability} {string.Join(' ', entry.Words)} {entry.Log10BackOff}");
}
