using System.CommandLine;
using System.Diagnostics;
using Attune.Fuzzing.Targets;

namespace Attune.Fuzzing;

/// <summary>fuzz.</summary>
internal static class FuzzCommand
{
    private const int Found = 1, HangLooks = 30;

    public static RootCommand Create()
    {
        var names = new Argument<string[]>("parser") { Description = $"Parsers: {string.Join(", ", FuzzTargets.Names)}. Default all, one after another.", Arity = ArgumentArity.ZeroOrMore };
        names.AcceptOnlyFromAmong([.. FuzzTargets.Names]);
        var seconds = new Option<double>("--seconds") { Description = "Time for each. Default 60.", DefaultValueFactory = _ => 60 };
        var seed = new Option<int?>("--seed") { Description = "Of the changes. Default 1, and with --results one that the parser has not had." };
        var corpus = new Option<DirectoryInfo>("--corpus") { Description = "Folder of inputs to begin with. Default the one of the repository.", DefaultValueFactory = _ => new DirectoryInfo(Corpus.Folder) };
        var findings = new Option<DirectoryInfo>("--findings") { Description = "Folder for inputs that were not dealt with as they should. Default fuzz-findings.", DefaultValueFactory = _ => new DirectoryInfo("fuzz-findings") };
        var keep = new Option<DirectoryInfo?>("--keep") { Description = "Folder for inputs with a new outcome; those in it are begun with as well. Default none." };
        var results = new Option<FileInfo?>("--results") { Description = "CSV file that each run is added to. Parsers that have run least come first. Default none." };
        var total = new Option<double>("--total") { Description = "Seconds that each parser is to have in that file; one that has them is left out. Default without end.", DefaultValueFactory = _ => double.PositiveInfinity };
        var command = new RootCommand("Feeds every parser of bytes that come from outside with changed inputs. Exit code 1: something was found.")
        {
            names, seconds, seed, corpus, findings, keep, results, total, CreateTable(),
        };
        command.SetAction(parsed =>
        {
            string[] chosen = parsed.GetValue(names) is { Length: > 0 } some ? some : [.. FuzzTargets.Names];
            var plan = new Plan(parsed.GetValue(corpus)!.FullName, parsed.GetValue(findings)!.FullName, parsed.GetValue(keep)?.FullName);
            if (parsed.GetValue(results) is not { } file)
            {
                var pieces = chosen.Select(name => Run(name, parsed.GetValue(seconds), parsed.GetValue(seed) ?? 1, plan)).ToArray();
                return pieces.Sum(piece => piece.Findings) > 0 ? Found : 0;
            }

            var collected = new FuzzResults(file.FullName);
            var found = 0;
            foreach (var name in chosen.OrderBy(collected.Seconds).ToArray())
            {
                var time = Math.Min(parsed.GetValue(seconds), parsed.GetValue(total) - collected.Seconds(name));
                if (time <= 0) continue;
                var piece = Run(name, time, parsed.GetValue(seed) ?? collected.NextSeed(name), plan);
                collected.Add(piece);
                found += piece.Findings;
            }

            return found > 0 ? Found : 0;
        });
        return command;
    }

    private static Command CreateTable()
    {
        var file = new Argument<FileInfo>("results") { Description = "What --results has collected." };
        var command = new Command("table", "Prints what was collected, as a table of Markdown.") { file };
        command.SetAction(parsed => Console.WriteLine(new FuzzResults(parsed.GetValue(file)!.FullName).ToTable()));
        return command;
    }

    private static FuzzPiece Run(string name, double seconds, int seed, Plan plan)
    {
        Directory.CreateDirectory(plan.Findings);
        var working = Path.Combine(plan.Findings, $".{name}");
        if (Watchdog.TakeLeft(working) is { } left)
        {
            Console.Error.WriteLine($"{name}: an input ended the process: {Corpus.Save(Path.Combine(plan.Findings, name), left)}");
            return new FuzzPiece(name, seed, 0, 0, 0, Findings: 1, TimeSpan.Zero, 0);
        }

        using var set = new FuzzTargets();
        using var watchdog = new Watchdog(working, HangLooks, TimeProvider.System);
        var started = Stopwatch.GetTimestamp();
        var run = new FuzzRun(set[name], plan.Inputs(set[name]), seed, watchdog);
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds) run.Step();
        foreach (var finding in run.Findings)
            Console.Error.WriteLine($"{name}: {Corpus.Save(Path.Combine(plan.Findings, name), finding.Input)}: {finding.Problem}");
        if (plan.Keep is not null)
            foreach (var input in run.Kept) Corpus.Save(Path.Combine(plan.Keep, name), input);
        var piece = new FuzzPiece(name, seed, Stopwatch.GetElapsedTime(started).TotalSeconds, run.Executions, run.Outcomes, run.Findings.Count, run.Slowest, run.MostAllocated);
        Console.WriteLine(piece);
        return piece;
    }

    /// <summary>Folders of a run.</summary>
    private sealed record Plan(string Corpus, string Findings, string? Keep)
    {
        public IReadOnlyList<byte[]> Inputs(FuzzTarget target) =>
            [.. Fuzzing.Corpus.Read(Corpus, target), .. Keep is null ? [] : Fuzzing.Corpus.Read(Keep, target)];
    }
}
