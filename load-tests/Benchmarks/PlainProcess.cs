using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.Json;
using Attune.Adaptation;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using TorchSharp;

namespace Attune.Benchmarks;

/// <summary>What one adaptation was and cost.</summary>
/// <param name="Losses">Before each step.</param>
/// <param name="Logits">Row-major, after the last.</param>
/// <param name="Seconds">Wall clock.</param>
/// <param name="ProcessorSeconds">Of all threads.</param>
internal sealed record PlainRun(double[] Losses, float[] Logits, double Seconds, double ProcessorSeconds);

/// <summary><see cref="PlainSuta"/> in a process of its own, whose libtorch is set up as it comes: its threads, the system's allocator unless it is to have this process's.</summary>
internal sealed class PlainProcess : IDisposable
{
    public const string Argument = "plain-side";

    /// <summary>Variable of the environment by which a program gets another allocator.</summary>
    public const string Preload = "LD_PRELOAD";

    private readonly Process _process;

    /// <param name="folder">The model's.</param>
    /// <param name="set">What is adapted.</param>
    /// <param name="preloads">Whether it has the allocator that was preloaded into this process.</param>
    public PlainProcess(string folder, string set, bool preloads = false)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Argument, folder, set]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE"; // threads that spin would count as compute
        if (!preloads) start.Environment.Remove(Preload);
        _process = Process.Start(start)!;
    }

    /// <summary>Adapts to one utterance there.</summary>
    public PlainRun Run(ReadOnlyMemory<float> waveform, int steps, double learningRate)
    {
        var input = new BinaryWriter(_process.StandardInput.BaseStream);
        input.Write(waveform.Length);
        input.Write(steps);
        input.Write(learningRate);
        input.Write(MemoryMarshal.AsBytes(waveform.Span));
        input.Flush();
        return JsonSerializer.Deserialize<PlainRun>(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The other process has ended."))!;
    }

    /// <summary>The other process: one utterance after another until its input ends.</summary>
    public static void Serve(string folder, string set)
    {
        if (OperatingSystem.IsLinux())
        {
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
                OperatingSystem.IsLinux() && name == TorchNativeLibrary.Name && TorchNativeLibrary.FindProblem() is null ? TorchNativeLibrary.LoadPatched() : 0;
        }

        torch.InitializeDeviceType(DeviceType.CPU);
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        using var model = Model.Open(folder);
        using var suta = new PlainSuta(model, ParameterSet.Parse(set));
        using var input = new BinaryReader(Console.OpenStandardInput());
        while (true)
        {
            int length;
            try
            {
                length = input.ReadInt32();
            }
            catch (EndOfStreamException)
            {
                return;
            }

            var (steps, rate) = (input.ReadInt32(), input.ReadDouble());
            var waveform = MemoryMarshal.Cast<byte, float>(input.ReadBytes(length * sizeof(float))).ToArray();
            var (started, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var (losses, logits) = suta.Run(waveform, steps, rate);
            var run = new PlainRun(
                losses, logits.Values.ToArray(), Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
            Console.WriteLine(JsonSerializer.Serialize(run));
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
