using TorchSharp;

namespace Attune.Adaptation.Objectives;

/// <summary>The loss of each utterance of a batch and what it is made of, each of shape (N).</summary>
/// <param name="Loss">What is minimised; SUTA's is 0.3 entropy + 0.7 class confusion.</param>
/// <param name="Entropy">Mean entropy of the frames that are not blank, in nats, from 0 to ln V.</param>
/// <param name="ClassConfusion">Minimum class confusion, from 0 to (V - 1) / V; 0 of objectives without it.</param>
/// <param name="AllBlank">Whether no frame is anything but blank, so that the entropy says nothing.</param>
public sealed record SutaTerms(torch.Tensor Loss, torch.Tensor Entropy, torch.Tensor ClassConfusion, torch.Tensor AllBlank);
