namespace Attune.Cli;

/// <summary>What the program's exit status says; the same for every command.</summary>
internal static class ExitCode
{
    /// <summary>Everything was done.</summary>
    public const int Success = 0;

    /// <summary>A file failed; the others were done.</summary>
    public const int FileFailed = 1;

    /// <summary>A command that does one thing failed at it.</summary>
    public const int RunFailed = 1;

    /// <summary>The command line cannot be understood, or a value is out of range. Nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Something that the program needs is missing or unusable: the model, libtorch, ffmpeg, the configuration.</summary>
    public const int CannotRun = 3;

    /// <summary>Interrupted with Ctrl-C: 128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;

    /// <summary>The section of help that lists them.</summary>
    public const string Help = """
        Exit status:
          0    everything was done
          1    a file failed; the others were done
          2    the command line was not understood, or a value is out of range
          3    the model, libtorch, ffmpeg or the configuration is missing or cannot be used
          130  interrupted (Ctrl-C); what was finished by then is printed
        """;

    /// <summary>The same section for commands that train.</summary>
    public const string TrainingHelp = """
        Exit status:
          0    the training is complete
          1    it failed: a manifest has bad lines, the folder has another training, the disk is full
          2    the command line was not understood, or a value is out of range
          3    the model or libtorch is missing or cannot be used
          130  interrupted (Ctrl-C); the same command resumes from the checkpoint
        """;

    /// <summary>The same section for the command that evaluates.</summary>
    public const string EvaluationHelp = """
        Exit status:
          0    everything was measured
          1    it failed: a recording, a noise, a scenario or the journal cannot be used
          2    the command line was not understood, or a value is out of range
          3    the model, libtorch or ffmpeg is missing or cannot be used
          130  interrupted (Ctrl-C); the same command goes on
        """;
}
