using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Training;

/// <summary>Masking of projected features, with the names and meanings of Hugging Face's Wav2Vec2Config.</summary>
public sealed class SpecAugmentOptions
{
    /// <summary><c>mask_time_prob</c>: share of frames that masks would cover if they did not overlap. From 0 to 1. Default 0.05.</summary>
    [Range(0, 1)]
    public double MaskTimeProbability { get; set; } = 0.05;

    /// <summary><c>mask_time_length</c>: frames of one mask. From 1 to 100. Default 10.</summary>
    [Range(1, 100)]
    public int MaskTimeLength { get; set; } = 10;

    /// <summary>
    /// <c>mask_time_min_masks</c>: masks that every utterance has. From 0 to 10. Default 0; Hugging Face's is 2, which hides much of an
    /// utterance of one word.
    /// </summary>
    [Range(0, 10)]
    public int MaskTimeMinMasks { get; set; }

    /// <summary><c>mask_feature_prob</c>: the same for channels, which are set to zero. From 0 to 1. Default 0.</summary>
    [Range(0, 1)]
    public double MaskFeatureProbability { get; set; }

    /// <summary><c>mask_feature_length</c>: neighbouring channels of one mask. From 1 to 1000. Default 10.</summary>
    [Range(1, 1000)]
    public int MaskFeatureLength { get; set; } = 10;

    /// <summary>Whether nothing is masked.</summary>
    public bool IsOff => MaskTimeProbability == 0 && MaskTimeMinMasks == 0 && MaskFeatureProbability == 0;
}
