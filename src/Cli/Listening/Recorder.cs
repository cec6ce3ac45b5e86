using System.Diagnostics;

namespace Attune.Cli.Listening;

/// <summary>The microphone, read by a recorder that is installed: 16-bit samples at 16 kHz.</summary>
internal sealed class Recorder : IDisposable
{
    /// <summary>Rate of the samples, in Hz.</summary>
    public const int SampleRateHz = 16000;

    private static readonly (string Program, string Arguments)[] Known =
    [
        ("arecord", "-q -t raw -f S16_LE -r 16000 -c 1"),
        ("parec", "--raw --format=s16le --rate=16000 --channels=1 --latency-msec=50"),
        ("ffmpeg", "-nostdin -loglevel error -f alsa -i default -f s16le -ar 16000 -ac 1 -"),
    ];

    private readonly Process _process;
    private readonly string _program;
    private readonly Task<string> _errors;

    private Recorder(Process process, string program)
    {
        _process = process;
        _program = program;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The samples as they are recorded.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts the first recorder that is on the PATH; null if there is none.</summary>
    /// <param name="path">Folders to look in, separated by colons.</param>
    public static Recorder? Start(string path)
    {
        foreach (var (program, arguments) in Known)
        {
            var file = path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
            if (file is null) continue;
            var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            return new Recorder(Process.Start(start)!, program);
        }

        return null;
    }

    /// <summary>Why it ended by itself.</summary>
    public async Task<string> ProblemAsync()
    {
        await _process.WaitForExitAsync();
        var errors = (await _errors).Trim();
        return $"{_program} ended with status {_process.ExitCode}{(errors.Length > 0 ? $": {errors}" : "")}";
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
