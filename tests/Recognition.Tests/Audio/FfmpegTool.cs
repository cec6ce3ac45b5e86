using System.Diagnostics;

namespace Attune.Recognition.Tests.Audio;

/// <summary>The ffmpeg of the machine, used by tests to make compressed files.</summary>
internal static class FfmpegTool
{
    private static readonly Lazy<bool> Present = new(IsPresent);

    /// <summary>Skips the test where ffmpeg is absent; fails it in CI.</summary>
    public static void Require()
    {
        if (Present.Value) return;
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail("ffmpeg must be installed in CI (apt-get install ffmpeg).");
        Assert.Skip("ffmpeg is not installed (apt-get install ffmpeg).");
    }

    /// <summary>Encodes a WAV file; the last arguments choose codec and container.</summary>
    public static async Task<byte[]> EncodeAsync(byte[] wav, params string[] arguments)
    {
        Require();
        var folder = Directory.CreateTempSubdirectory("attune-audio-");
        try
        {
            var input = Path.Combine(folder.FullName, "in.wav");
            var output = Path.Combine(folder.FullName, "out");
            await File.WriteAllBytesAsync(input, wav);
            string[] all = ["-nostdin", "-v", "error", "-i", input, .. arguments, output];
            using var process = Process.Start(new ProcessStartInfo("ffmpeg", all))!;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(0, process.ExitCode);
            return await File.ReadAllBytesAsync(output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool IsPresent()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ffmpeg", "-version") { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
