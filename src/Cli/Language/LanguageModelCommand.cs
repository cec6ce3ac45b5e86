using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Recognition.Language;

namespace Attune.Cli.Language;

/// <summary><c>attune lm</c>: language models from text.</summary>
internal static class LanguageModelCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune lm build orders.txt --out orders.arpa
          attune lm build calls.jsonl more.txt --order 4 --out calls.arpa.gz
          attune lm perplexity orders.arpa held-out.txt
          attune transcribe --lm orders.arpa call.wav
          attune serve --Recognition:Decoding:LanguageModel=orders.arpa

        Text: a sentence a line. Of a manifest (.jsonl) the field text of each line is taken. Words are in upper case without punctuation, as transcripts are
        compared; with --raw they are what stands between white space. Decoding finds words by their spelling, whatever their case.

        Models are n-gram models with modified Kneser-Ney smoothing, in the ARPA format that SRILM and KenLM read and write.

        Exit status:
          0    it was done
          1    it failed: a text or a model cannot be read or written
          2    the command line was not understood, or a value is out of range
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("lm", "Make language models from text, and measure them.") { CreateBuild(), CreatePerplexity() };

    private static Command CreateBuild()
    {
        var texts = Texts();
        var raw = Raw();
        var order = NumberOption.Create<int>("--order", "N", new RangeAttribute(1, KneserNeyEstimator.MaxOrder), "Words of the longest n-grams.");
        order.DefaultValueFactory = _ => 3;
        var path = new Option<string>("--out") { HelpName = "FILE", Description = "The model to write; gzip if it ends in .gz.", Required = true };
        var command = new Command("build", "Make a language model from text.") { texts, path, order, raw };
        command.SetAction(parsed => Run(parsed).Build(
            parsed.GetRequiredValue(texts), parsed.GetValue(order), parsed.GetValue(raw), parsed.GetRequiredValue(path)));
        return command;
    }

    private static Command CreatePerplexity()
    {
        var model = new Argument<string>("MODEL") { Description = "A language model in ARPA format, gzip or not." };
        var texts = Texts();
        var raw = Raw();
        var command = new Command("perplexity", "Measure how well a language model foresees text.") { model, texts, raw };
        command.SetAction(parsed => Run(parsed).Measure(parsed.GetRequiredValue(model), parsed.GetRequiredValue(texts), parsed.GetValue(raw)));
        return command;
    }

    private static LanguageModelRun Run(ParseResult parsed) => new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);

    private static Argument<string[]> Texts() => new("TEXT") { Arity = ArgumentArity.OneOrMore, Description = "Text, a sentence a line, or a manifest (.jsonl)." };

    private static Option<bool> Raw() => new("--raw") { Description = "Words are what stands between white space." };
}
