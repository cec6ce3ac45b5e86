using Attune.Adaptation.Text.Editing;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text.Editing;

public sealed class ValueSearchTests() : TinyCausalNetwork(seed: 5)
{
    private const int Size = 24;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Loss_Gradient_IsTheSlope(int layer)
    {
        // With a divergence and a decay that show.
        var search = Search(layer, new EditOptions { EssenceWeight = 3, Decay = 0.5 });
        var change = tensor(Enumerable.Range(0, Size).Select(i => 0.3f * MathF.Sin(i)).ToArray()).requires_grad_(true);
        var gradient = autograd.grad([search.Loss(change)], [change])[0].data<float>().ToArray();
        using var noGradients = no_grad();

        for (var i = 0; i < Size; i++)
        {
            var (above, below) = (Moved(change, i, 0.01f), Moved(change, i, -0.01f));
            var slope = (search.Loss(above).item<float>() - search.Loss(below).item<float>()) / 0.02;
            Assert.Equal(slope, gradient[i], 0.01 * Math.Max(1, Math.Abs(slope)));
        }
    }

    [Fact]
    public void Loss_NoChange_IsTheObjectsLossAlone()
    {
        var search = Search(1, new EditOptions { EssenceWeight = 100, Decay = 100 });
        var bare = Search(1, new EditOptions { EssenceWeight = 0, Decay = 0 });

        Assert.Equal(bare.Loss(zeros(Size)).item<float>(), search.Loss(zeros(Size)).item<float>(), 1e-4);
    }

    [Fact]
    public void Run_Steps_LowerTheLossWithinTheLongestChange()
    {
        var options = new EditOptions { Steps = 30, LongestChange = 2, EnoughNats = 0, EssenceWeight = 0 };
        var search = new ValueSearch(Network, 1, [Encode("see the cat")], Model.Tokenizer.Encode("s"), [], Length, options);

        var found = search.Run(Size, CancellationToken.None);

        Assert.Equal(30, found.Steps);
        Assert.True(found.Loss < search.Loss(zeros(Size)).item<float>() - 0.1, $"loss {found.Loss}");
        Assert.InRange(Math.Sqrt(found.Change.Sum(value => (double)value * value)), 0.1, (2 * Length) + 1e-5);
    }

    [Fact]
    public void Run_EnoughAtOnce_ChangesNothing()
    {
        var found = Search(0, new EditOptions { EnoughNats = 10 }).Run(Size, CancellationToken.None);

        Assert.Equal(0, found.Steps);
        Assert.All(found.Change, value => Assert.Equal(0, value));
    }

    private const double Length = 1.5;

    private ValueSearch Search(int layer, EditOptions options) => new(
        Network,
        layer,
        [Encode("see the cat at"), Encode("on. see the cat at")],
        Model.Tokenizer.Encode(" the"),
        [Encode("the cat is a")],
        Length,
        options);

    private SubjectPrompt Encode(string prompt) => SubjectPrompt.Encode(Model.Tokenizer, prompt, "cat");

    private static Tensor Moved(Tensor change, int index, float by)
    {
        var values = change.data<float>().ToArray();
        values[index] += by;
        return tensor(values);
    }
}
