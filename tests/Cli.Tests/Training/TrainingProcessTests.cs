namespace Attune.Cli.Tests.Training;

/// <summary>Trainings that are killed and that run out of disk, in processes of their own.</summary>
public sealed class TrainingProcessTests : IDisposable
{
    private const int Killed = 128 + 9;
    private static readonly string[] Options = ["--steps", "150", "--checkpoint-every", "5", "--validate-every", "40"];

    private readonly TrainingFiles _files = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task FineTune_KilledTwice_ResumesToTheWeightsOfAnUninterruptedRun()
    {
        var whole = Process("whole");
        var killed = Process("killed");
        Assert.Equal(ExitCode.Success, (await whole.RunAsync()).Status);

        Assert.Equal(Killed, await killed.KillAfterAsync(checkpoints: 2));
        Assert.Equal(Killed, await killed.KillAfterAsync(checkpoints: 3));
        var resumed = await killed.RunAsync();

        Assert.Equal(ExitCode.Success, resumed.Status);
        Assert.Contains(", resumed at step ", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(whole.Weights, killed.Weights);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("killed"), "*.tmp", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }));
    }

    [Fact]
    public async Task FineTune_DiskFullWhileCheckpointing_KeepsThePreviousOneAndResumes()
    {
        using var disk = SmallDisk.TryMount(_folder.File("disk"));
        if (disk is null) Assert.Skip("No file system can be mounted here; FineTune_FileTooLargeWhileCheckpointing is run instead.");
        var training = new TrainingProcess(_files, Path.Combine(disk.Folder, "out"), Options);
        await training.KillAfterAsync(checkpoints: 1);
        var before = File.ReadAllBytes(training.Checkpoint);
        disk.Fill();

        var failed = await training.RunAsync();
        var after = File.ReadAllBytes(training.Checkpoint);
        disk.Free();
        var resumed = await training.RunAsync();

        AssertFailed(failed, "No space left on device");
        Assert.Equal(before, after);
        await AssertIsWhole(resumed, training);
    }

    [Fact]
    public async Task FineTune_FileTooLargeWhileCheckpointing_KeepsThePreviousOneAndResumes()
    {
        var training = Process("out");
        await training.KillAfterAsync(checkpoints: 1);
        var before = File.ReadAllBytes(training.Checkpoint);

        var failed = await training.RunAsync(limitBlocks: (before.Length / 512) - 1);
        var after = File.ReadAllBytes(training.Checkpoint);
        var resumed = await training.RunAsync();

        AssertFailed(failed, "checkpoint.safetensors cannot be written");
        Assert.Equal(before, after);
        await AssertIsWhole(resumed, training);
    }

    public void Dispose()
    {
        _files.Dispose();
        _folder.Dispose();
    }

    private static void AssertFailed(CliRun run, string reason)
    {
        Assert.True(run.Status == ExitCode.RunFailed, $"Status {run.Status}: {run.Error}");
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Contains("the last checkpoint is whole; the same command resumes from it", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    private async Task AssertIsWhole(CliRun resumed, TrainingProcess training)
    {
        var whole = Process("whole");
        Assert.Equal(ExitCode.Success, (await whole.RunAsync()).Status);
        Assert.Equal(ExitCode.Success, resumed.Status);
        Assert.Equal(whole.Weights, training.Weights);
    }

    private TrainingProcess Process(string output) => new(_files, _folder.File(output), Options);
}
