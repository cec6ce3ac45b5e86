using System.CommandLine;
using Attune.Adaptation.Fast;
using Attune.Recognition;
using Attune.Recognition.Models;

namespace Attune.Cli.Serving;

/// <summary><c>attune serve</c>: the server, with its most used settings as options.</summary>
internal static class ServeCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune serve                                              the model that ships, on the default address
          attune serve --urls https://*:8443 --config attune.json   for other machines, with certificate and keys (attune key --help)
          attune serve --model models/my-model --steps 5 --parameters top-4
          attune serve --config attune.json --Recognition:MaxUtterance=00:00:30

        Every setting of the server can be given as --Section:Key=Value, in the file, or in the environment as Section__Key.
        A value on the command line outweighs all others.


        """ + ExitCode.Help;

    /// <summary>Makes the command.</summary>
    /// <param name="run">
    /// Runs the server with configuration arguments (<c>--Key=Value</c>) until it is stopped; other than 0 if it could not start.
    /// </param>
    public static Command Create(Func<string[], Task<int>> run)
    {
        var urls = new Option<string>("--urls")
        {
            HelpName = "URLS",
            Description = "Addresses to listen on, separated by semicolons, such as http://localhost:5000 or https://*:8443. Those that other machines reach need credentials, or Access:Anonymous.",
        };
        var config = SettingsArgument.CreateConfig();
        var settings = SettingsArgument.Create();
        var recognition = new RecognitionArguments();
        var command = new Command("serve", "Run the server until it is stopped.") { settings, urls, config };
        recognition.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var arguments = new List<string>();
            void Add<T>(Option<T> option, string key)
            {
                // What is not given is left to the file, the environment and the options classes.
                if (parsed.GetResult(option) is { Implicit: false }) arguments.Add($"--{key}={parsed.GetValue(option)}");
            }

            Add(urls, "urls");
            Add(config, "config");
            Add(recognition.Model, $"{RecognitionOptions.Section}:{nameof(RecognitionOptions.Model)}");
            Add(recognition.Parameters, $"{FastUpdateOptions.Section}:{nameof(FastUpdateOptions.Parameters)}");
            const string steps = $"{FastUpdateOptions.Section}:{nameof(FastUpdateOptions.Steps)}";
            if (recognition.IsAdaptationOff(parsed)) arguments.Add($"--{steps}=0");
            else
            {
                Add(recognition.Steps, steps);
                Add(recognition.Adapt, $"{FastUpdateOptions.Section}:{nameof(FastUpdateOptions.Objective)}");
            }

            arguments.AddRange(parsed.GetValue(settings) ?? []);
            return RunAsync(run, [.. arguments], parsed.InvocationConfiguration.Error);
        });
        return command;
    }

    private static async Task<int> RunAsync(Func<string[], Task<int>> run, string[] arguments, TextWriter error)
    {
        try
        {
            return await run(arguments) == 0 ? ExitCode.Success : ExitCode.CannotRun;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            await error.WriteLineAsync($"attune: {exception.Message}");
            return ExitCode.CannotRun;
        }
    }

    /// <summary>Whether an exception's message says everything: the model, libtorch, the settings, or an address in use.</summary>
    private static bool IsExpected(Exception exception) => exception
        is ModelException
        or PlatformNotSupportedException
        or Microsoft.Extensions.Options.OptionsValidationException
        or InvalidDataException
        or IOException;
}
