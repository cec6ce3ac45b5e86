using System.Diagnostics;

namespace Attune.Cli.Tests.Training;

/// <summary>The program in a process of its own: what a kill and a full disk do cannot be seen from within.</summary>
internal sealed class TrainingProcess
{
    private readonly TrainingFiles _files;
    private readonly string _output;
    private readonly string[] _options;

    /// <param name="files">What is trained on.</param>
    /// <param name="output">Folder of the result.</param>
    /// <param name="options">Options of <c>attune finetune</c> beside those.</param>
    public TrainingProcess(TrainingFiles files, string output, params string[] options)
    {
        _files = files;
        _output = output;
        _options = options;
    }

    /// <summary>Path of the checkpoint.</summary>
    public string Checkpoint => Path.Combine(_output, "training", "checkpoint.safetensors");

    /// <summary>Bytes of the trained model.</summary>
    public byte[] Weights => File.ReadAllBytes(Path.Combine(_output, "model.safetensors"));

    /// <summary>Trains to the end.</summary>
    /// <param name="limitBlocks">Largest file that the process may write, in blocks of 512 bytes; null for no limit.</param>
    public async Task<CliRun> RunAsync(int? limitBlocks = null)
    {
        using var process = Start(limitBlocks);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CliRun(process.ExitCode, await output, await error);
    }

    /// <summary>Trains until a number of checkpoints has been written, and kills the process at that moment.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> KillAfterAsync(int checkpoints)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Checkpoint)!);
        var seen = new SemaphoreSlim(0);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(Checkpoint)!, Path.GetFileName(Checkpoint));
        watcher.Renamed += (_, _) => seen.Release();
        watcher.EnableRaisingEvents = true;
        using var process = Start(null);
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        for (var i = 0; i < checkpoints; i++) await seen.WaitAsync(TimeSpan.FromMinutes(2));
        process.Kill();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private Process Start(int? limitBlocks)
    {
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "attune"), "finetune", "--model", RepositoryFiles.Golden("tiny-layer"), "--manifest", _files.Manifest,
            "--out", _output, "--batch-seconds", "2", "--threads", "1", .. _options,
        ];
        // A file that grows too large ends the process unless the signal is ignored; then the write fails, as on a full disk.
        string[] shell = ["-c", $"trap '' XFSZ; ulimit -f {limitBlocks}; exec \"$0\" \"$@\"", .. command];
        var start = limitBlocks is null ? new ProcessStartInfo(command[0], command[1..]) : new ProcessStartInfo("/bin/sh", shell);
        // The runtime's own mapping of generated code is a file of gigabytes to the limit.
        if (limitBlocks is not null) start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return Process.Start(start)!;
    }
}
