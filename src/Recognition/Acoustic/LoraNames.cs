namespace Attune.Recognition.Acoustic;

/// <summary>Names of the low-rank additions of a linear layer: y = W x + b + (alpha / rank) B (A x), as PEFT names them.</summary>
public static class LoraNames
{
    /// <summary>alpha / rank: 2, the ratio of the LoRA reference implementation's examples (alpha 16 at rank 8).</summary>
    public const float Scale = 2f;

    /// <summary>A, shape (rank, inputs).</summary>
    public static string Down(string module) => module + ".lora_A.weight";

    /// <summary>B, shape (outputs, rank).</summary>
    public static string Up(string module) => module + ".lora_B.weight";

    /// <summary>Whether a parameter is such an addition.</summary>
    public static bool IsAddition(string parameter) => IsDown(parameter) || parameter.EndsWith(".lora_B.weight", StringComparison.Ordinal);

    /// <summary>Whether a parameter is an A matrix.</summary>
    public static bool IsDown(string parameter) => parameter.EndsWith(".lora_A.weight", StringComparison.Ordinal);
}
