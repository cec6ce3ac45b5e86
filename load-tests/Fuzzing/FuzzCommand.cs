using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Attune.Fuzzing.Targets;

namespace Attune.Fuzzing;

/// <summary>fuzz.</summary>
internal static class FuzzCommand
{
    private const int Found = 1;

    public static RootCommand Create()
    {
        var names = new Argument<string[]>("parser") { Description = $"Parsers: {string.Join(", ", FuzzTargets.Names)}. Default all, one after another.", Arity = ArgumentArity.ZeroOrMore };
        names.AcceptOnlyFromAmong([.. FuzzTargets.Names]);
        var seconds = new Option<double>("--seconds") { Description = "Time for each. Default 60.", DefaultValueFactory = _ => 60 };
        var seed = new Option<int>("--seed") { Description = "Of the changes. Default 1.", DefaultValueFactory = _ => 1 };
        var corpus = new Option<DirectoryInfo>("--corpus") { Description = "Folder of inputs to begin with. Default the one of the repository.", DefaultValueFactory = _ => new DirectoryInfo(Corpus.Folder) };
        var findings = new Option<DirectoryInfo>("--findings") { Description = "Folder for inputs that were not dealt with as they should. Default fuzz-findings.", DefaultValueFactory = _ => new DirectoryInfo("fuzz-findings") };
        var keep = new Option<DirectoryInfo?>("--keep") { Description = "Folder for inputs with a new outcome, to be added to the corpus. Default none." };
        var command = new RootCommand("Feeds every parser of bytes that come from outside with changed inputs. Exit code 1: something was found.") { names, seconds, seed, corpus, findings, keep };
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(names) is { Length: > 0 } some ? some : FuzzTargets.Names;
            Console.WriteLine("| parser | seed | seconds | executions | outcomes | findings | slowest, ms | most allocated, KB |\n|---|---|---|---|---|---|---|---|");
            return chosen.Sum(name => Run(
                name, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(seed), parsed.GetValue(corpus)!.FullName, parsed.GetValue(findings)!.FullName, parsed.GetValue(keep)?.FullName)) > 0 ? Found : 0;
        });
        return command;
    }

    /// <returns>Number of findings.</returns>
    private static int Run(string name, TimeSpan time, int seed, string corpus, string findings, string? keep)
    {
        Directory.CreateDirectory(findings);
        var working = Path.Combine(findings, $".{name}");
        if (Watchdog.TakeLeft(working) is { } left)
        {
            Console.Error.WriteLine($"{name}: an input ended the process: {Corpus.Save(Path.Combine(findings, name), left)}");
            return 1;
        }

        using var set = new FuzzTargets();
        using var watchdog = new Watchdog(working, TimeSpan.FromSeconds(30));
        var inputs = Corpus.Read(corpus, set[name]);
        var run = new FuzzRun(set[name], inputs, seed, watchdog);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time) run.Step();
        foreach (var finding in run.Findings)
            Console.Error.WriteLine($"{name}: {Corpus.Save(Path.Combine(findings, name), finding.Input)}: {finding.Problem}");
        if (keep is not null)
            foreach (var input in run.Kept) Corpus.Save(Path.Combine(keep, name), input);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {seed} | {Stopwatch.GetElapsedTime(started).TotalSeconds:0} | {run.Executions} | {run.Outcomes} | {run.Findings.Count} | {run.Slowest.TotalMilliseconds:0.0} | {run.MostAllocated / 1024} |"));
        return run.Findings.Count;
    }
}
