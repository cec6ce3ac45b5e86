using Attune.Adaptation.Text;
using Attune.Text.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text.Editing;

/// <summary>A small GPT-2 and its twin for tests of one class, whose tensors go with each test.</summary>
public abstract class TinyCausalNetwork : IDisposable
{
    private readonly TinyTextModel _tiny;
    private readonly DisposeScope _scope;

    private protected TinyCausalNetwork(int seed)
    {
        _tiny = TinyTextModel.Gpt2(seed: seed);
        Model = _tiny.Open();
        Network = new Gpt2Network(Model);
        _scope = NewDisposeScope();
    }

    private protected TextModel Model { get; }

    private protected Gpt2Network Network { get; }

    public void Dispose()
    {
        _scope.Dispose();
        Network.Dispose();
        Model.Dispose();
        _tiny.Dispose();
        GC.SuppressFinalize(this);
    }
}
