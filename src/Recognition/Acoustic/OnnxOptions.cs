using System.ComponentModel.DataAnnotations;

namespace Attune.Recognition.Acoustic;

/// <summary>How ONNX Runtime runs the frozen forward pass.</summary>
public sealed class OnnxOptions
{
    public const string Section = "Recognition:Onnx";

    /// <summary>Threads of one forward pass. From 0 to 256; 0, the default, means one for each core.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>
    /// Whether weights are copied into the layout that matrix multiplication likes best. On, the default, a forward pass takes about
    /// 12 % less time; off, a session costs a few MB instead of a second copy of the weights, and opens in a fraction of the time.
    /// </summary>
    public bool PackWeights { get; set; } = true;
}
