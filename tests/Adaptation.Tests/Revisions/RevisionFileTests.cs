using Attune.Adaptation.Fast;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Revisions;

public sealed class RevisionFileTests : IDisposable
{
    private readonly Model _model = TestModels.Open("tiny-group", out _);
    private readonly ParameterSet _set = ParameterSet.Parse("layer-norm");
    private readonly AdaptableParameters _source;

    public RevisionFileTests() => _source = AdaptableParameters.Source(_model, _set);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_WhatWasWritten_IsTheSameInEveryBit(bool withMoments)
    {
        var revision = Create(withMoments);

        var read = Read(RevisionFile.ToBytes(revision));

        Assert.Equal(revision.Domain, read.Domain);
        Assert.Equal((revision.Number, revision.Parent), (read.Number, read.Parent));
        Assert.Equal((revision.ModelSha256, revision.ParameterSet), (read.ModelSha256, read.ParameterSet));
        Assert.Equal(revision.UtteranceIds, read.UtteranceIds);
        Assert.Equal(revision.Created, read.Created);
        Assert.Equal(revision.Verdict, read.Verdict);
        Assert.Equal(revision.State.Parameters.Values.ToArray(), read.State.Parameters.Values.ToArray());
        Assert.Same(_source.Layout, read.State.Parameters.Layout);
        Assert.Equal(revision.State.Moments?.Steps, read.State.Moments?.Steps);
        Assert.Equal(revision.State.Moments?.First.ToArray(), read.State.Moments?.First.ToArray());
        Assert.Equal(revision.State.Moments?.Second.ToArray(), read.State.Moments?.Second.ToArray());
    }

    [Fact]
    public void ToBytes_SameRevision_SameBytes() => Assert.Equal(RevisionFile.ToBytes(Create()), RevisionFile.ToBytes(Create()));

    [Fact]
    public void ToBytes_Always_IsSafetensorsWithTheModelsOwnNames()
    {
        var file = SafetensorsMemory.Parse("test", RevisionFile.ToBytes(Create()));

        foreach (var slice in _source.Layout.Slices) Assert.Equal(slice.Parameter.Shape, file.Tensors[slice.Parameter.Name].Shape);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void Read_AnyByteChanged_IsRefused()
    {
        var bytes = RevisionFile.ToBytes(Create());

        // Every byte of the header, and every 97th of the tensors.
        for (var i = 0; i < bytes.Length; i += i < 4096 ? 1 : 97)
        {
            bytes[i] ^= 0x01;
            Assert.Throws<RevisionException>(() => Read(bytes));
            bytes[i] ^= 0x01;
        }

        Assert.Equal(3, Read(bytes).Number);
    }

    [Fact]
    public void Read_ChangedValue_SaysThatItIsCorrupted()
    {
        var bytes = RevisionFile.ToBytes(Create());
        bytes[^1] ^= 0x40;

        var exception = Assert.Throws<RevisionException>(() => Read(bytes));

        Assert.Equal(RevisionError.Corrupted, exception.Error);
        Assert.Contains("SHA-256", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CutShort_IsRefused()
    {
        var bytes = RevisionFile.ToBytes(Create());

        foreach (var length in new[] { 0, 7, 8, 100, bytes.Length / 2, bytes.Length - 1 })
            Assert.Equal(RevisionError.NotARevision, Assert.Throws<RevisionException>(() => Read(bytes.AsMemory(0, length))).Error);
    }

    [Fact]
    public void Read_SafetensorsWithoutRevision_IsRefused()
    {
        var exception = Assert.Throws<RevisionException>(() => Read(File.ReadAllBytes(Path.Combine(_model.Folder, "model.safetensors"))));

        Assert.Equal(RevisionError.NotARevision, exception.Error);
    }

    [Fact]
    public void Read_AnotherModel_NamesBoth()
    {
        var exception = Assert.Throws<RevisionException>(
            () => RevisionFile.Read(RevisionFile.ToBytes(Create()), new string('b', 64), _set, _source.Layout));

        Assert.Equal(RevisionError.ForeignModel, exception.Error);
        Assert.Contains(_model.Sha256, exception.Message, StringComparison.Ordinal);
        Assert.Contains(new string('b', 64), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnotherParameterSet_NamesBoth()
    {
        var suta = AdaptableParameters.Source(_model, ParameterSet.Suta);

        var exception = Assert.Throws<RevisionException>(
            () => RevisionFile.Read(RevisionFile.ToBytes(Create()), _model.Sha256, ParameterSet.Suta, suta.Layout));

        Assert.Equal(RevisionError.ForeignParameterSet, exception.Error);
        Assert.Contains("suta. Given: layer-norm", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _model.Dispose();

    private Revision Read(ReadOnlyMemory<byte> bytes) => RevisionFile.Read(bytes, _model.Sha256, _set, _source.Layout);

    private Revision Create(bool withMoments = true)
    {
        var parameters = TestModels.Perturb(_source, seed: 1);
        var moments = withMoments
            ? new OptimizerMoments(TestModels.Perturb(_source, seed: 2).Values, TestModels.Perturb(_source, seed: 3).Values, steps: 7)
            : null;
        var verdict = new GateVerdict(
        [
            new(GateQuestion.Reliability, -0.01, 0, 5, Passed: true),
            new(GateQuestion.Generality, null, 0.01, 0, Passed: true),
            new(GateQuestion.Locality, double.NaN, 0.98, 4, Passed: false),
        ]);
        return new Revision(
            "line \"7\" ü", 3, 2, _model.Sha256, _set.Name, ["a", "b"], new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), verdict,
            new AdaptationState(parameters, moments));
    }
}
