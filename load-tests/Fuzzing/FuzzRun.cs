using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Attune.Fuzzing;

/// <summary>Feeds one parser with changed inputs.</summary>
/// <remarks>
/// Which code an input reaches is told by its outcome: what was understood, or the exception with its message but for names and numbers. An input with a new outcome is kept and changed
/// further. The same seed, corpus and number of executions give the same run. Not thread-safe.
/// </remarks>
internal sealed partial class FuzzRun
{
    private const int MaxKept = 4096, MaxSignature = 200, SlowAttempts = 3;

    private readonly FuzzTarget _target;
    private readonly Watchdog _watchdog;
    private readonly Mutator _mutator;
    private readonly List<byte[]> _kept = [];
    private readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);
    private readonly List<FuzzFinding> _findings = [];
    private readonly HashSet<string> _problems = new(StringComparer.Ordinal);

    /// <param name="target">The parser.</param>
    /// <param name="corpus">Inputs to begin with.</param>
    /// <param name="seed">Of the changes.</param>
    /// <param name="watchdog">Told of each input before it is parsed.</param>
    public FuzzRun(FuzzTarget target, IEnumerable<byte[]> corpus, int seed, Watchdog watchdog)
    {
        _target = target;
        _watchdog = watchdog;
        _mutator = new Mutator(new Random(seed), target);
        foreach (var input in corpus) Try(input);
        if (_kept.Count == 0) _kept.Add([]);
    }

    /// <summary>Inputs parsed.</summary>
    public long Executions { get; private set; }

    /// <summary>Different outcomes seen.</summary>
    public int Outcomes => _outcomes.Count;

    /// <summary>Inputs of the corpus, and those that had a new outcome.</summary>
    public IReadOnlyList<byte[]> Kept => _kept;

    /// <summary>One for each different problem.</summary>
    public IReadOnlyList<FuzzFinding> Findings => _findings;

    /// <summary>Longest time that an input took, the best of several if it was long.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Most bytes that an input allocated.</summary>
    public long MostAllocated { get; private set; }

    /// <summary>Changes a kept input and parses the result.</summary>
    public void Step() => Try(_mutator.Next(_kept));

    private void Try(byte[] input)
    {
        Executions++;
        var (outcome, problem) = Parse(input);
        if (problem is not null && _problems.Add(Abstract(problem))) _findings.Add(new FuzzFinding(input, problem));
        if (_outcomes.Add(Abstract(outcome)) && _kept.Count < MaxKept) _kept.Add(input);
    }

    private (string Outcome, string? Problem) Parse(byte[] input)
    {
        var copy = (byte[])input.Clone();
        _watchdog.Begin(input);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var (outcome, problem) = Call(copy);
        var elapsed = Stopwatch.GetElapsedTime(started);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        for (var i = 1; i < SlowAttempts && elapsed > _target.MaxTime; i++) // others may have had the processor
        {
            started = Stopwatch.GetTimestamp();
            Call((byte[])input.Clone());
            if (Stopwatch.GetElapsedTime(started) is var again && again < elapsed) elapsed = again;
        }

        _watchdog.End();
        if (elapsed > Slowest) Slowest = elapsed;
        if (allocated > MostAllocated) MostAllocated = allocated;
        if (elapsed > _target.MaxTime) problem ??= $"It took {elapsed.TotalSeconds:0.0} s.";
        if (allocated > _target.MaxAllocated + (_target.MaxAllocatedPerByte * input.Length)) problem ??= $"It allocated {allocated} bytes.";
        return (outcome, problem);
    }

    private (string Outcome, string? Problem) Call(byte[] input)
    {
        try
        {
            return (_target.Parse(input), null);
        }
        catch (Exception exception) when (_target.IsRefusal(exception))
        {
            return ($"{exception.GetType().Name}: {exception.Message}", exception.Message.Length > _target.MaxMessage ? $"Its message has {exception.Message.Length} characters." : null);
        }
        catch (Exception exception)
        {
            return ($"! {exception.GetType().Name}", exception.ToString());
        }
    }

    /// <summary>Without what differs from input to input.</summary>
    private static string Abstract(string outcome)
    {
        if (outcome.Length > MaxSignature * 4) outcome = outcome[..(MaxSignature * 4)];
        var text = Varying().Replace(outcome, "");
        return text.Length > MaxSignature ? text[..MaxSignature] : text;
    }

    [GeneratedRegex("'.{4}'|'[^']*'|\"[^\"]*\"|Given[^.]*|0x[0-9A-F]+|[^A-Za-z ]", RegexOptions.Singleline)]
    private static partial Regex Varying();
}
