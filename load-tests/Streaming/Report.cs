using System.Globalization;
using System.Runtime.InteropServices;

namespace Attune.Streaming;

/// <summary>One section of a Markdown file of results: what was measured, where, when, by which command, and a table.</summary>
/// <remarks>Lines go to standard output as they come; <see cref="Save"/> puts the whole into the file, in place of the section of the same title.</remarks>
internal sealed class Report
{
    private const string Mark = "## ";

    private readonly string _title;
    private readonly FileInfo? _file;
    private readonly List<string> _lines;

    /// <param name="title">Of the section.</param>
    /// <param name="file">Null for standard output alone.</param>
    /// <param name="method">What the numbers are.</param>
    /// <param name="arguments">Of the program.</param>
    public Report(string title, FileInfo? file, string method, IEnumerable<string> arguments)
    {
        (_title, _file) = (title, file);
        _lines = [Mark + title, "", method, "", $"{Machine()}, {Today()}: `dotnet run -c Release --project load-tests/Streaming -- {string.Join(' ', arguments.Select(Quote))}`", ""];
        foreach (var line in _lines) Console.WriteLine(line);
    }

    /// <summary>Adds a line. An empty one after an empty one is left out.</summary>
    public void Add(string line)
    {
        if (line.Length == 0 && _lines[^1].Length == 0) return;
        _lines.Add(line);
        Console.WriteLine(line);
    }

    /// <summary>Adds a subsection with a picture, which is written beside the file; without a file none is.</summary>
    /// <param name="title">Of the subsection.</param>
    /// <param name="name">Of the picture's file.</param>
    /// <param name="measure">Adds the subsection's lines.</param>
    public async Task AddAsync(string title, string name, Func<Task<CurvePicture>> measure)
    {
        Add("");
        Add($"### {title}");
        Add("");
        var picture = await measure();
        AddPicture(name, picture.Title, picture.ToPng());
    }

    /// <summary>Adds a picture, which is written beside the file; without a file none is.</summary>
    /// <param name="name">Of the picture's file.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="png">The picture.</param>
    public void AddPicture(string name, string title, byte[] png)
    {
        if (_file is null) return;
        File.WriteAllBytes(Path.Combine(_file.Directory!.FullName, name), png);
        Add("");
        Add($"![{title}]({name})");
    }

    /// <summary>Writes the section. The other sections of the file stay as they are.</summary>
    public void Save()
    {
        if (_file is null) return;
        var lines = _file.Exists ? File.ReadAllLines(_file.FullName).ToList() : ["# Live streams", ""];
        var first = lines.IndexOf(Mark + _title);
        if (first < 0)
        {
            if (lines[^1].Length > 0) lines.Add("");
            first = lines.Count;
        }

        var next = lines.FindIndex(Math.Min(first + 1, lines.Count), line => line.StartsWith(Mark, StringComparison.Ordinal));
        lines.RemoveRange(first, (next < 0 ? lines.Count : next) - first);
        lines.InsertRange(first, next < 0 ? _lines : [.. _lines, ""]);
        File.WriteAllLines(_file.FullName, lines);
    }

    private static string Quote(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"'{argument}'" : argument;

    private static string Machine()
    {
        const string key = "model name";
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        var processor = line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        return $"{processor}, {Environment.ProcessorCount} logical cores, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}";
    }

    private static string Today() => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
