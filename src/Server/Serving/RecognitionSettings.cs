using Attune.Adaptation;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Decoding;
using Attune.Recognition.Streaming;
using Microsoft.Extensions.Options;

namespace Attune.Server.Serving;

/// <summary>The checked values of every section that recognition reads.</summary>
internal sealed class RecognitionSettings(
    IOptions<AudioOptions> audio,
    IOptions<RecognitionOptions> recognition,
    IOptions<OnnxOptions> onnx,
    IOptions<DecodingOptions> decoding,
    IOptions<FastUpdateOptions> fast,
    IOptions<CollapseOptions> collapse,
    IOptions<AdaptationThreadOptions> threads,
    IOptions<EndPointerOptions> endPointing,
    IOptions<StreamingOptions> streaming)
{
    public AudioOptions Audio => audio.Value;

    public RecognitionOptions Recognition => recognition.Value;

    public OnnxOptions Onnx => onnx.Value;

    public DecodingOptions Decoding => decoding.Value;

    public FastUpdateOptions Fast => fast.Value;

    public CollapseOptions Collapse => collapse.Value;

    public AdaptationThreadOptions Threads => threads.Value;

    public EndPointerOptions EndPointing => endPointing.Value;

    public StreamingOptions Streaming => streaming.Value;
}
