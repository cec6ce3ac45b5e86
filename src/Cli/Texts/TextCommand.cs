using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Recognition.Acoustic;
using Attune.Text.Generation;

namespace Attune.Cli.Texts;

/// <summary><c>attune text</c>: scores, continues, classifies and embeds a text with a model folder, without a server.</summary>
internal static class TextCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune text score --model gpt2 "the cat sat on the mat"      how probable the model finds it
          attune text score --model gpt2 --file book.txt --tokens      the same, token by token
          attune text generate --model gpt2 "Once upon a time" --temperature 0.8 --top-p 0.9 --seed 3
          attune text classify --model sentiment "what a day"          its labels with probabilities
          attune text embed --model sentiment --json "what a day"      its vector
          attune text train book.txt --out my-gpt2                     a small model of its own ('attune text train --help')
          attune text finetune answers.jsonl --model my-gpt2 --out m      that model with new answers ('attune text finetune --help')

        Models are Hugging Face folders of GPT2LMHeadModel (score, generate, embed) or BertForSequenceClassification (classify, embed). A server has the same
        by 'attune serve --Text:Models:NAME=DIR'.

        JSON: score has log_probability (nats), bits_per_byte, tokens (id, text, log_probability); generate has text, finish_reason, prompt_tokens, new_tokens,
        log_probability; classify has labels (name, index, probability), token_count, unknown_token_count; embed has values, token_count, unknown_token_count.

        Exit status:
          0    it was done
          1    it failed: the text is empty, too long or no UTF-8, or the model does not do this
          2    the command line was not understood, or a value is out of range
          3    the model is missing or cannot be used
          130  interrupted (Ctrl-C); what was written by then is printed
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("text", "Score, continue, classify and embed text; train and fine-tune models of it.")
    {
        CreateScore(), CreateGenerate(), CreateClassify(), CreateEmbed(), TextTrainCommand.Create(), TextFineTuneCommand.Create(),
    };

    private static Command CreateScore()
    {
        var arguments = new TextArguments();
        var tokens = new Option<bool>("--tokens") { Description = "List the tokens with their log-probabilities." };
        var command = arguments.AddTo(new Command("score", "Tell how probable a causal model finds a text."));
        command.Add(tokens);
        command.SetAction((parsed, cancellationToken) => Task.FromResult(arguments.Read(parsed).Score(parsed.GetValue(tokens), cancellationToken)));
        return command;
    }

    private static Command CreateGenerate()
    {
        var defaults = new GenerationOptions();
        var arguments = new TextArguments();
        var maxTokens = Number("--max-tokens", new RangeAttribute(1, int.MaxValue), defaults.MaxTokens, "Most new tokens.");
        var temperature = Number("--temperature", new RangeAttribute(0, GenerationOptions.MaxTemperature), defaults.Temperature, "What logits are divided by before a token is drawn; 0 takes the most probable one.");
        var topK = Number("--top-k", new RangeAttribute(0, int.MaxValue), defaults.TopK, "Draw among so many of the most probable tokens; 0 for all.");
        var topP = Number("--top-p", new RangeAttribute(0.0, 1.0) { MinimumIsExclusive = true }, defaults.TopP, "Draw among the fewest tokens whose probabilities have this sum.");
        var seed = Number("--seed", new RangeAttribute(int.MinValue, int.MaxValue), defaults.Seed, "What chance depends on.");
        var stop = new Option<string[]>("--stop") { HelpName = "TEXT", Description = "End the text where this would begin; may be repeated.", DefaultValueFactory = _ => [] };
        stop.Validators.Add(result =>
        {
            if (result.Tokens.Count > GenerationOptions.MaxStopStrings || result.Tokens.Any(token => token.Value.Length is 0 or > GenerationOptions.MaxStopCharacters))
                result.AddError($"--stop may be given {GenerationOptions.MaxStopStrings} times, with 1 to {GenerationOptions.MaxStopCharacters} characters.");
        });
        var command = arguments.AddTo(new Command("generate", "Continue a text with a causal model."));
        foreach (var option in new Option[] { maxTokens, temperature, topK, topP, seed, stop }) command.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new GenerationOptions
            {
                MaxTokens = parsed.GetValue(maxTokens),
                Temperature = parsed.GetValue(temperature),
                TopK = parsed.GetValue(topK),
                TopP = parsed.GetValue(topP),
                Seed = parsed.GetValue(seed),
                Stop = parsed.GetRequiredValue(stop),
            };
            return Task.FromResult(arguments.Read(parsed).Generate(options, cancellationToken));
        });
        return command;
    }

    private static Command CreateClassify()
    {
        var arguments = new TextArguments();
        var pair = new Option<string>("--pair") { HelpName = "TEXT", Description = "A second text, for models that compare two." };
        var command = arguments.AddTo(new Command("classify", "Give a text a label."));
        command.Add(pair);
        command.SetAction((parsed, cancellationToken) => Task.FromResult(arguments.Read(parsed).Classify(parsed.GetValue(pair), cancellationToken)));
        return command;
    }

    private static Command CreateEmbed()
    {
        var arguments = new TextArguments();
        var command = arguments.AddTo(new Command("embed", "Make a vector of a text."));
        command.SetAction((parsed, cancellationToken) => Task.FromResult(arguments.Read(parsed).Embed(cancellationToken)));
        return command;
    }

    private static Option<T> Number<T>(string name, RangeAttribute range, T initial, string description)
        where T : struct, System.Numerics.INumber<T>
    {
        var option = NumberOption.Create<T>(name, "N", range, description);
        option.DefaultValueFactory = _ => initial;
        return option;
    }

    /// <summary>Arguments and options that all of them have.</summary>
    private sealed class TextArguments
    {
        private readonly Argument<string> _text = new("TEXT") { Arity = ArgumentArity.ZeroOrOne, Description = "The text; instead of it, --file." };
        private readonly Option<FileInfo> _file = new("--file") { HelpName = "FILE", Description = "File with the text, in UTF-8." };
        private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object, and nothing else." };
        private readonly Option<int> _threads = NumberOption.For<OnnxOptions, int>("--threads", "N", nameof(OnnxOptions.Threads), "Threads; 0 means one for each core.");
        private readonly Option<string> _model = new("--model")
        {
            HelpName = "DIR",
            Required = true,
            Description = "Folder of the model. A relative path is looked up in the working directory, then beside the program.",
        };

        /// <summary>Adds them to a command, which is returned.</summary>
        public Command AddTo(Command command)
        {
            command.Add(_text);
            foreach (var option in new Option[] { _model, _file, _threads, _json }) command.Add(option);
            command.Validators.Add(result =>
            {
                if (result.GetResult(_text) is { Tokens.Count: > 0 } && result.GetResult(_file) is not null) result.AddError("Give TEXT or --file, not both.");
            });
            return command;
        }

        /// <summary>The run of a command line without errors.</summary>
        public TextRun Read(ParseResult parsed)
        {
            var settings = new TextSettings(
                parsed.GetRequiredValue(_model), parsed.GetValue(_text) ?? "", parsed.GetValue(_file)?.FullName, parsed.GetValue(_threads), parsed.GetValue(_json));
            return new TextRun(settings, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        }
    }
}
