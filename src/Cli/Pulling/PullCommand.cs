using System.CommandLine;
using Attune.Recognition.Models.Hub;

namespace Attune.Cli.Pulling;

/// <summary><c>attune pull</c>: a model from a hub into the cache.</summary>
internal static class PullCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune pull facebook/wav2vec2-base-960h
          attune pull facebook/hubert-large-ls960-ft@refs/pr/1
          attune transcribe --model facebook/wav2vec2-base-960h recording.wav
          attune pull openai-community/gpt2

        What is fetched: config.json, the safetensors, and vocab.json with preprocessor_config.json (speech) or merges.txt (GPT-2), or vocab.txt (BERT),
        and the tokenizer's small files. Interrupted, the same
        command goes on where it ended. What the cache has, in the layout of Hugging Face's own programs, is not fetched again. SHA-256 of
        the weights is compared with the hub's.

        Environment:
          HF_ENDPOINT                          address of the hub
          HF_TOKEN                             token for private and gated models; sent to that address only
          HF_HUB_CACHE, HF_HOME                where the cache is; default ~/.cache/huggingface/hub
          HTTPS_PROXY, HTTP_PROXY, NO_PROXY    proxies

        Exit status:
          0    the model is there
          1    it cannot be fetched; what came stays, and the same command goes on
          2    the command line was not understood
          3    it was fetched, but cannot be used
          130  interrupted (Ctrl-C); the same command goes on
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var model = new Argument<HubReference>("MODEL")
        {
            HelpName = "OWNER/NAME[@REVISION]",
            Description = "The model, and its branch, tag, commit or refs/pr/N (default main).",
            CustomParser = result =>
            {
                if (HubReference.TryParse(result.Tokens[0].Value, out var reference)) return reference;
                result.AddError($"MODEL must be OWNER/NAME or OWNER/NAME@REVISION. Given: '{result.Tokens[0].Value}'.");
                return null!;
            },
        };
        var defaults = new HubOptions();
        var endpoint = new Option<string>("--endpoint")
        {
            HelpName = "URL",
            Description = "Address of the hub.",
            DefaultValueFactory = _ => defaults.Endpoint,
        };
        var cache = new Option<string>("--cache")
        {
            HelpName = "DIR",
            Description = "Folder of the cache.",
            DefaultValueFactory = _ => defaults.CacheFolder,
        };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("pull", "Fetch a model from a Hugging Face hub.") { model, endpoint, cache, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            var run = new PullRun(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(json), TimeProvider.System);
            var options = new HubOptions { Endpoint = parsed.GetRequiredValue(endpoint), CacheFolder = parsed.GetRequiredValue(cache) };
            return Task.Run(() => run.Run(parsed.GetRequiredValue(model), options, cancellationToken), CancellationToken.None);
        });
        return command;
    }
}
