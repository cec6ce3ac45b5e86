using Attune.Adaptation.Network;
using Attune.Adaptation.Tests.Network;
using Attune.Adaptation.Text;
using Attune.Recognition.Acoustic;
using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text;

/// <summary>ONNX Runtime and TorchSharp compute the same functions of text, and gradients are their slopes.</summary>
public sealed class TextNetworkTests
{
    private const double Tolerance = 1e-4;

    /// <summary>Texts of different length.</summary>
    private static readonly int[][] Texts = [Tokens(20, seed: 1), Tokens(7, seed: 2), Tokens(33, seed: 3), Tokens(2, seed: 4)];

    private static readonly int[][] Pairs = [[2, 5, 6, 3, 10, 11, 3], [2, 7, 3], [2, 12, 13, 14, 16, 3, 5, 3]];

    private static readonly int[][] Types = [[0, 0, 0, 0, 1, 1, 1], [0, 0, 0], [0, 0, 0, 0, 0, 0, 1, 1]];

    public static TheoryData<string> Sets => ["layer-norm", "top-1", "bias", "lora-3", "all"];

    [Theory]
    [InlineData("transformer.", "{}")]
    [InlineData("", """{ "tie_word_embeddings": false, "activation_function": "relu", "n_inner": 30 }""")]
    public void Gpt2_PaddedBatch_AgreesWithOnnxRowByRow(string prefix, string settings)
    {
        using var tiny = TinyTextModel.Gpt2(prefix, seed: 3, settings);
        using var model = tiny.Open();
        using var network = new Gpt2Network(model);
        using var causal = new OnnxCausalModel(model);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();

        var logits = network.Forward(parameters: null, new TokenBatch(Texts));

        for (var row = 0; row < Texts.Length; row++) AssertGpt2Row(causal, parameters: null, logits, row);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Gpt2_ParametersOfEachRow_AgreesWithOnnxRowByRow(string set)
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();
        using var network = new Gpt2Network(model);
        using var causal = new OnnxCausalModel(model, ParameterSet.Parse(set));
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        AdaptableParameters[] rows = [.. Texts.Select((_, seed) => TestModels.Perturb(causal.Source!, seed))];
        using var own = new ParameterTensors(rows);
        using var shared = new ParameterTensors(rows[1]);

        var logits = network.Forward(own, new TokenBatch(Texts));
        var sharedLogits = network.Forward(shared, new TokenBatch(Texts));

        for (var row = 0; row < Texts.Length; row++)
        {
            AssertGpt2Row(causal, rows[row], logits, row);
            AssertGpt2Row(causal, rows[1], sharedLogits, row);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Bert_ParametersOfEachRow_AgreesWithOnnxRowByRow(string set)
    {
        using var tiny = TinyTextModel.Bert();
        using var model = tiny.Open();
        using var network = new BertNetwork(model);
        using var classifier = new OnnxClassifier(model, ParameterSet.Parse(set));
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        AdaptableParameters[] rows = [.. Pairs.Select((_, seed) => TestModels.Perturb(classifier.Source!, seed))];
        using var own = new ParameterTensors(rows);
        using var shared = new ParameterTensors(rows[1]);

        var logits = network.Forward(own, new TokenBatch(Pairs, Types));
        var sharedLogits = network.Forward(shared, new TokenBatch(Pairs, Types));
        var sourceLogits = network.Forward(parameters: null, new TokenBatch(Pairs, Types));

        for (var row = 0; row < Pairs.Length; row++)
        {
            AssertBertRow(classifier, rows[row], logits, row);
            AssertBertRow(classifier, rows[1], sharedLogits, row);
            AssertBertRow(classifier, parameters: null, sourceLogits, row);
        }
    }

    [Theory]
    [InlineData("layer-norm")]
    [InlineData("bias")]
    public void Bert_NormsInGreek_ComputesTheSame(string set)
    {
        using var tiny = TinyTextModel.Bert();
        using var modern = tiny.Open();
        using var old = TinyTextModel.Bert();
        old.SpellNormsInGreek();
        using var model = old.Open();
        using var network = new BertNetwork(model);
        using var classifier = new OnnxClassifier(model, ParameterSet.Parse(set));
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var perturbed = TestModels.Perturb(classifier.Source!, seed: 1);
        using var parameters = new ParameterTensors(perturbed);

        var logits = network.Forward(parameters, new TokenBatch(Pairs, Types));

        Assert.Equal(modern.Source(ParameterSet.Parse(set)).Values.ToArray(), classifier.Source!.Values.ToArray());
        for (var row = 0; row < Pairs.Length; row++) AssertBertRow(classifier, perturbed, logits, row);
    }

    [Theory]
    [InlineData("layer-norm")]
    [InlineData("bias")]
    [InlineData("lora")]
    [InlineData("all")]
    public void Gpt2_Gradients_AreTheSlopeOfTheLoss(string set)
    {
        using var tiny = TinyTextModel.Gpt2(seed: 2);
        using var model = tiny.Open();
        using var network = new Gpt2Network(model);
        using var parameters = new ParameterTensors(TestModels.Perturb(model.Source(ParameterSet.Parse(set)), seed: 11));
        var batch = new TokenBatch(Texts[..2]);

        FiniteDifferences.AssertSlopes(
            parameters, () => NextTokenObjective.Evaluate(network.Forward(parameters, batch), batch).sum(), tolerance: 0.02, leastShare: 0.9);
    }

    [Theory]
    [InlineData("layer-norm")]
    [InlineData("bias")]
    [InlineData("lora")]
    [InlineData("all")]
    public void Bert_Gradients_AreTheSlopeOfTheLoss(string set)
    {
        using var tiny = TinyTextModel.Bert(seed: 2);
        using var model = tiny.Open();
        using var network = new BertNetwork(model);
        using var parameters = new ParameterTensors(TestModels.Perturb(model.Source(ParameterSet.Parse(set)), seed: 11));
        var batch = new TokenBatch(Pairs, Types);

        FiniteDifferences.AssertSlopes(
            parameters, () => LabelObjective.Evaluate(network.Forward(parameters, batch), [0, 2, 1]).sum(), tolerance: 0.02, leastShare: 0.9);
    }

    [Theory]
    [InlineData("layer-norm")]
    [InlineData("all")]
    public void Gpt2_GradientsOfAPaddedBatch_AreThoseOfItsTexts(string set)
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();
        using var network = new Gpt2Network(model);
        var source = model.Source(ParameterSet.Parse(set));
        AdaptableParameters[] rows = [.. Texts.Select((_, seed) => TestModels.Perturb(source, seed))];
        using var scope = NewDisposeScope();

        var together = Gradients(rows, Texts);

        for (var row = 0; row < rows.Length; row++)
        {
            var alone = Gradients([rows[row]], [Texts[row]]);
            Assert.InRange(((together.narrow(0, row, 1) - alone).norm() / alone.norm()).item<float>(), 0, 1e-4);
        }

        Tensor Gradients(AdaptableParameters[] versions, int[][] texts)
        {
            using var parameters = new ParameterTensors(versions);
            var batch = new TokenBatch(texts);
            return parameters.Gradients(NextTokenObjective.Evaluate(network.Forward(parameters, batch), batch).sum());
        }
    }

    [Fact]
    public void Gpt2_StepAgainstTheGradient_LowersTheLossOfItsTextAlone()
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();
        using var network = new Gpt2Network(model);
        var source = model.Source(ParameterSet.Parse("bias"));
        using var scope = NewDisposeScope();
        using var parameters = new ParameterTensors([source, source]);
        var batch = new TokenBatch(Texts[..2]);
        var before = Losses();
        var gradients = parameters.Gradients(NextTokenObjective.Evaluate(network.Forward(parameters, batch), batch)[0]);
        using (no_grad()) parameters.Buffer.Accumulate(gradients, -0.02);

        var after = Losses();

        Assert.True(after[0] < before[0], $"{before[0]} became {after[0]}.");
        Assert.Equal(before[1], after[1], 1e-6f);

        float[] Losses() => NextTokenObjective.Evaluate(network.Forward(parameters, batch), batch).detach().data<float>().ToArray();
    }

    [Fact]
    public void Forward_Repeated_LeavesNoTensors()
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();
        using var network = new Gpt2Network(model);
        var source = model.Source(ParameterSet.Parse("layer-norm"));
        Step();
        var before = LiveTensors.Settle();

        for (var i = 0; i < 5; i++) Step();

        Assert.Equal(before, Tensor.TotalCount);

        void Step()
        {
            using var scope = NewDisposeScope();
            using var parameters = new ParameterTensors([source, source, source, source]);
            var batch = new TokenBatch(Texts);
            parameters.Gradients(NextTokenObjective.Evaluate(network.Forward(parameters, batch), batch).sum());
        }
    }

    [Fact]
    public void Forward_ParametersForAnotherNumberOfTexts_SaysBothNumbers()
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();
        using var network = new Gpt2Network(model);
        var source = model.Source(ParameterSet.Parse("bias"));
        using var parameters = new ParameterTensors([source, source]);

        var exception = Assert.Throws<ArgumentException>(() => network.Forward(parameters, new TokenBatch(Texts)));

        Assert.Contains("4 texts, the parameters are for 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_ModelOfTheOtherFamily_IsRefused()
    {
        using var tiny = TinyTextModel.Bert();
        using var model = tiny.Open();

        Assert.Contains("must be a GPT-2. Given: Bert", Assert.Throws<ArgumentException>(() => new Gpt2Network(model)).Message, StringComparison.Ordinal);
    }

    private static int[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(260))];
    }

    private static void AssertGpt2Row(OnnxCausalModel causal, AdaptableParameters? parameters, Tensor logits, int row)
    {
        using var pass = causal.Run(new TokenBatch([Texts[row]]), past: null, allLogits: true, parameters, CancellationToken.None);
        for (var token = 0; token < Texts[row].Length; token++) AssertNear(pass.Logits(0, token), logits[row][token]);
        pass.Cache.Dispose();
    }

    private static void AssertBertRow(OnnxClassifier classifier, AdaptableParameters? parameters, Tensor logits, int row) =>
        AssertNear(classifier.Run(new TokenBatch([Pairs[row]], [Types[row]]), parameters, CancellationToken.None).Logits.Span, logits[row]);

    private static void AssertNear(ReadOnlySpan<float> expected, Tensor actual)
    {
        var values = actual.contiguous().data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++) Assert.InRange(values[i], expected[i] - Tolerance, expected[i] + Tolerance);
    }
}
