namespace Attune.Adaptation.Text;

/// <summary>Where in a pass of GPT-2 an activation stands.</summary>
public enum ActivationSite
{
    /// <summary>Sum of the embeddings of token and position, (N, T, D); its layer is -1.</summary>
    Embedding,

    /// <summary>What a layer's attention adds to the state, (N, T, D).</summary>
    Attention,

    /// <summary>What a layer's feed-forward output matrix reads, (N, T, inner): the key of what the layer recalls.</summary>
    Key,

    /// <summary>What a layer's feed-forward part adds to the state, (N, T, D): the value that it recalls.</summary>
    FeedForward,

    /// <summary>The state that leaves a layer, (N, T, D).</summary>
    State,
}
