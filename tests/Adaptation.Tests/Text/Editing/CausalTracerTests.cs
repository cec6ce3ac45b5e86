using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Editing;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text.Editing;

public sealed class CausalTracerTests() : TinyCausalNetwork(seed: 3)
{
    private const string Prompt = "see the cat at";

    [Fact]
    public void Trace_LastStateOfTheLastToken_BringsTheAnswerBackWhole()
    {
        var trace = Trace(TraceKind.State);

        // Nothing but this state is read for the answer.
        Assert.Equal(trace.Clean, trace.Restored[^1][^1], 1e-6);
        Assert.True(Math.Abs(trace.Clean - trace.Corrupted) > 1e-3, $"clean {trace.Clean}, corrupted {trace.Corrupted}");
    }

    [Fact]
    public void Trace_TokensBeforeTheSubject_BringNothingBack()
    {
        var trace = Trace(TraceKind.State);

        // No token before it has seen the subject: their states are clean already.
        for (var token = 0; token < trace.SubjectStart; token++)
            Assert.All(trace.Restored[token], restored => Assert.Equal(trace.Corrupted, restored, 1e-6));
    }

    [Fact]
    public void Probability_EverythingRestored_EqualsTheCleanRun()
    {
        var prompt = SubjectPrompt.Encode(Model.Tokenizer, Prompt, "cat");
        // The same number everywhere would be taken away by the norms.
        var noise = tensor(Enumerable.Range(0, 3 * prompt.Tokens.Count * 24).Select(i => 2 * MathF.Sin(i * i)).ToArray(), [3, prompt.Tokens.Count, 24]);
        using var noGradients = no_grad();
        var runs = new NoisyRuns(Network, prompt, samples: 3, noise);
        var everywhere = ones([1, prompt.Tokens.Count, 1], ScalarType.Bool);

        foreach (var layer in new[] { 0, 1 })
        {
            var restored = runs.Probability((site, at, values) => site == ActivationSite.State && at == layer ? NoisyRuns.Restore(values, everywhere) : values);
            Assert.Equal(runs.Clean, restored, 1e-6);
        }

        Assert.True(Math.Abs(runs.Clean - runs.Probability((_, _, values) => values)) > 1e-3);
    }

    [Theory]
    [InlineData(TraceKind.FeedForward)]
    [InlineData(TraceKind.Attention)]
    public void Trace_WindowOfAllLayers_IsTheSameAtEachLayerInside(TraceKind kind)
    {
        // Two layers: a window of three around either has both.
        var trace = new CausalTracer(Model, Network, new TraceOptions { Window = 3 }).Trace(Prompt, "cat", kind, CancellationToken.None);

        Assert.All(trace.Restored, layers => Assert.Equal(layers[0], layers[1], 1e-7));
    }

    [Fact]
    public void Trace_SameSeed_GivesTheSame()
    {
        Assert.Equal(Trace(TraceKind.Attention).Restored.SelectMany(layers => layers), Trace(TraceKind.Attention).Restored.SelectMany(layers => layers));
    }

    [Fact]
    public void Trace_Subject_IsFoundByItsBytes()
    {
        var trace = new CausalTracer(Model, Network, new TraceOptions { Samples = 1 }).Trace("é the {} the", "thé", TraceKind.State, CancellationToken.None);

        // "é" has two bytes, and so two tokens; " the" is one; " ", "th" and the two bytes of "é" follow.
        Assert.Equal([" the", " ", "th"], trace.Tokens.Skip(2).Take(3));
        Assert.Equal((4, 6), (trace.SubjectStart, trace.SubjectEnd));
    }

    [Fact]
    public void Trace_SubjectThatDoesNotOccur_SaysSo()
    {
        var exception = Assert.Throws<EditException>(() => new CausalTracer(Model, Network, new TraceOptions()).Trace(Prompt, "dog", TraceKind.State, CancellationToken.None));

        Assert.Equal(EditError.SubjectMissing, exception.Error);
        Assert.Contains("'dog'", exception.Message, StringComparison.Ordinal);
    }

    private CausalTrace Trace(TraceKind kind) => new CausalTracer(Model, Network, new TraceOptions { Samples = 4 }).Trace(Prompt, "cat", kind, CancellationToken.None);
}
