using Attune.Recognition.Acoustic;
using Microsoft.ML.OnnxRuntime;

namespace Attune.Text.Inference;

/// <summary>Makes the inputs of a session, whose adaptable parameters are among them.</summary>
/// <param name="adaptable">The session's adaptable parameters; null for none.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class SessionInputs(ParameterLayout? adaptable)
{
    /// <summary>The inputs of one run, with a version of the adaptable parameters; null for the model's own. The caller disposes.</summary>
    /// <exception cref="ArgumentException">The parameters are of another set than this session's.</exception>
    public Inputs Create(AdaptableParameters? parameters)
    {
        if (parameters is not null && parameters.Layout != adaptable)
            throw new ArgumentException("The parameters belong to another session or parameter set.", nameof(parameters));

        var inputs = new Inputs();
        foreach (var slice in parameters?.Layout.Slices ?? []) inputs.Add(slice.Parameter.Name, parameters![slice], [.. slice.Parameter.Shape]);
        return inputs;
    }

    /// <summary>The inputs of one run. Not thread-safe; disposed after the run.</summary>
    internal sealed class Inputs : IDisposable
    {
        private readonly List<string> _names = [];
        private readonly List<OrtValue> _values = [];
        private readonly List<OrtValue> _owned = [];

        /// <summary>Adds memory of the caller.</summary>
        public void Add<T>(string name, ReadOnlyMemory<T> memory, long[] shape)
            where T : unmanaged
        {
            var value = OnnxSession.Tensor(memory, shape);
            _owned.Add(value);
            AddShared(name, value);
        }

        /// <inheritdoc cref="Add{T}(string, ReadOnlyMemory{T}, long[])"/>
        public void Add<T>(string name, T[] memory, long[] shape)
            where T : unmanaged => Add<T>(name, memory.AsMemory(), shape);

        /// <summary>Adds a value that stays its owner's.</summary>
        public void AddShared(string name, OrtValue value)
        {
            _names.Add(name);
            _values.Add(value);
        }

        /// <summary>Runs the session. The caller disposes each of the outputs.</summary>
        public IReadOnlyList<OrtValue> Run(InferenceSession session, string[] outputs, CancellationToken cancellationToken) =>
            [.. OnnxSession.Run(session, _names, _values, outputs, cancellationToken)];

        public void Dispose()
        {
            foreach (var value in _owned) value.Dispose();
        }
    }
}
